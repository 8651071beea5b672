"""Text of horror: names, and addresses, days and numbers that are none, or hardly any."""

from __future__ import annotations

NAMES = (
    "", " ", "\x00", "a\x00b", "\ud800", "\udfff\ud800", "\u202egnp.exe", "\u200b", "\ufeff",
    "\x1b[31m", "a\r\nb", "{}", "{0.__class__}", "%s%n%(x)s", "{{ 7*7 }}", "{% raw %}",
    "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "' OR 1=1 --", "=1+1",
    "..", "../../etc/passwd", "a/b", "*", "none", "everyone", "operator", "__proto__", "NaN",
    "null", "~", "&anchor", "*alias", "!!python/name:os.system", "é", "e\u0301", "İ", "ß",
    "\U0001f9d1\u200d\U0001f4bb", "山田" * 40, "x" * 119, "x" * 121, "x" * 3000, "a b", " a", "a ",
    "-", "a--b", "A", "1", "9" * 400,
)  # fmt: skip
ADDRESSES = (
    "http://", "https://[", "https://[::1", "https://[::1]:99999/", "https://a:b", "http://a:-1/",
    "https://%", "https://%zz.example/%", "https://a.example:00000080/", "javascript:alert(1)",
    "JaVaScRiPt:alert(1)", "data:text/html,x", "//evil.example/", "/\\evil.example", "/", "/\\",
    "\\\\evil", "https://ex ample/", "https://user:pass@host/", "https://ⅰ.example/",
    "https://xn--a.example/", "https://\u2100.example", "https://a.example/" + "a" * 1990,
    "/" + "é" * 50, "https://a.example/\u202e", "https://0x7f.1/", "https://a.example/<>\"'",
    "/hub/../..", "?q", "#", "mailto:a@b.example", "a@b", "@", "a@b.c", "a@[::1].x", "+", "+49",
    "0" * 60, "+49 40 123456", "2027-06-30", "2027-02-30", "0000-00-00", "9999-12-31",
    "0001-01-01",
)  # fmt: skip
NUMBERS = (
    "-1", "0", "1", "9" * 9, "9" * 10, "9" * 400, "1e9", "٣", "²", "0x10", "1.5", "NaN", "+1", " 1",
)  # fmt: skip
DATES = (
    "2027-06-30", "2027-06-30T00:00:00Z", "2027-02-30", "0001-01-01", "9999-12-31", "0000-00-00",
    "20270630", "2027-W01", "2027-W01-1", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59",
    "9999-12-31T23:59:59-23:59", "2027-06-30 ", "soon", "2027-06-30T25:00", "-001-01-01",
)  # fmt: skip

HEADERS = {
    "Content-Encoding": ("gzip", "br", "nonsense"),
    "Accept": ("*/*", "text/html", "application/openmetrics-text;version=9;q=x", ",;=", "a" * 3000),
    "Accept-Encoding": ("gzip", "nonsense;q=x"),
    "Accept-Language": ("\xe4", "en;q=2"),
    "Authorization": (
        "token nonsense", "Bearer", "Basic eDp5", "token \xff\xfe", "token " + "a" * 5000, "\x7f",
    ),
    "Cookie": (
        "_xsrf=x; service-responsibilities=2|1:0|x", "=;=;;", "\xff=\xff", "a=" + "b" * 12_000,
        "jupyterhub-session-id=" + "c" * 12_000, 'service-responsibilities="2|1:0|10:1|24:',
    ),
    "Host": (
        "[::1", "[::1]:8000", "a b", "", "user@host", "hub.example:99999999", "é", "{}%s", "../",
        "-", "hub.example\x7f", "hub.example:0", "[::1]]", "hub.example:x",
    ),
    "If-Match": ('"x"', "*", 'W/"', "\xff", '"' * 50),
    "If-None-Match": ('"x"', "*"),
    "If-Modified-Since": ("yesterday", "Mon, 99 Feb 2027 99:99:99 GMT"),
    "Range": ("bytes=0-1", "bytes=-", "bytes=a-b", "bytes=" + "9" * 30 + "-", "lines=1"),
    "Origin": ("null", "https://evil.example", "\xff"),
    "Referer": ("https://evil.example/\xff",),
    "Sec-Fetch-Mode": ("navigate", "cors", "no-cors", "same-origin", "nonsense"),
    "Sec-Fetch-Site": ("same-origin", "none", "cross-site", "nonsense"),
    "Sec-Fetch-Dest": ("document", "empty", "iframe", "image", "nonsense"),
    "Upgrade": ("websocket", "h2c"),
    "X-Forwarded-For": ("1.2.3.4, nonsense", "\xff", ",", "::1%eth0", "a" * 2000),
    "X-Forwarded-Proto": ("https", "javascript", "https,http", ","),
    "X-Scheme": ("https", "ftp"),
    "X-Real-Ip": ("nonsense", "256.256.256.256"),
    "Forwarded": ('for="_x;proto=https', "proto=https;;=", ";"),
    "X-XSRFToken": ("x", "\xff"),
    "X-Responsibility-Question": ("", "\xff", "a" * 3000),
    "X-HTTP-Method-Override": ("DELETE",),
}  # fmt: skip
"""Headers that browsers, proxies and attackers send, with values that they shouldn't."""
