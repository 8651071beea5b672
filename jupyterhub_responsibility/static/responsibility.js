// Makes pages better that work without it: local times, answers while the question is typed, and a
// button for printing.
(function () {
  "use strict";

  // In print, a time needs its day and its zone.
  function localTimes(root, inPrint) {
    root.querySelectorAll("time[datetime*=T]").forEach(function (element) {
      var moment = new Date(element.dateTime);
      if (!isNaN(moment)) {
        var today = !inPrint && moment.toDateString() === new Date().toDateString();
        element.textContent = moment.toLocaleString([], {
          day: today ? undefined : "numeric", month: today ? undefined : "short",
          year: today ? undefined : "numeric", hour: "2-digit", minute: "2-digit",
          timeZoneName: inPrint ? "short" : undefined,
        });
        element.title = moment.toString();
      }
    });
  }

  function askWhileTyping() {
    var input = document.getElementById("rsp-q");
    var answers = document.getElementById("rsp-answers");
    if (!input || !answers) { return; }
    var waiting;
    var asked = 0;

    function ask() {
      var mine = ++asked;
      var address = new URL(input.form.action);
      if (input.value.trim()) { address.searchParams.set("q", input.value); }
      fetch(address, {
        credentials: "same-origin",
        headers: { "X-XSRFToken": window.jhdata ? window.jhdata.xsrf_token : "" },
      }).then(function (reply) {
        if (!reply.ok || reply.redirected) { throw new Error(reply.status); }
        return reply.text();
      }).then(function (html) {
        if (mine !== asked) { return; }
        var page = new DOMParser().parseFromString(html, "text/html");
        var fresh = page.getElementById("rsp-answers");
        localTimes(fresh);
        answers.replaceChildren.apply(answers, Array.from(fresh.childNodes));
        document.getElementById("rsp-said").textContent = fresh.dataset.said;
        history.replaceState(null, "", address);
      }).catch(function () {
        // The form still works: pressing Enter loads the page anew and says what is wrong.
      });
    }

    input.addEventListener("input", function () {
      clearTimeout(waiting);
      waiting = setTimeout(ask, 150);
    });
  }

  function print() {
    window.addEventListener("beforeprint", function () { localTimes(document, true); });
    window.addEventListener("afterprint", function () { localTimes(document); });
    document.querySelectorAll("button[data-print]").forEach(function (button) {
      button.hidden = false;
      button.addEventListener("click", function () { window.print(); });
    });
  }

  localTimes(document);
  print();
  askWhileTyping();
})();
