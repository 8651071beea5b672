// Makes pages better that work without it: local times, answers while the question is typed, and a
// button for printing.
(function () {
  "use strict";

  // As the service writes it, with day and zone, but where the reader is.
  function localTimes(root) {
    root.querySelectorAll("time[datetime*=T]").forEach(function (element) {
      var moment = new Date(element.dateTime);
      if (!isNaN(moment)) {
        element.textContent = moment.toLocaleString("en-GB", {
          day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit",
          timeZoneName: "short",
        });
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
        credentials: "same-origin", redirect: "error",
        headers: { "X-XSRFToken": window.jhdata ? window.jhdata.xsrf_token : "" },
      }).then(function (reply) {
        if (reply.status === 401) { loginIsOver(address); }
        if (!reply.ok) { throw new Error(reply.status); }
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

    function loginIsOver(address) {
      var over = document.getElementById("rsp-over");
      over.querySelector("a").href = address;
      over.hidden = false;
    }

    input.addEventListener("input", function () {
      clearTimeout(waiting);
      waiting = setTimeout(ask, 150);
    });
  }

  // Browsers let no form be redirected to another origin, as a login may be; a page they do.
  function askByAddress() {
    document.querySelectorAll("form[method=get]").forEach(function (form) {
      form.addEventListener("submit", function (event) {
        event.preventDefault();
        var address = new URL(form.action);
        address.search = new URLSearchParams(new FormData(form));
        location.assign(address);
      });
    });
  }

  // What people write is kept until it has arrived: a login may be over when they send it.
  function keepWhatIsWritten() {
    var place = "rsp-written " + location.pathname;
    var arrived = document.querySelector(".rsp-done, .rsp-failed, .rsp-preview");
    var written = JSON.parse(sessionStorage.getItem(place) || "null");
    document.querySelectorAll("form[method=post]").forEach(function (form) {
      if (written && !arrived && written.form === nameOf(form)) { restore(form, written.said); }
      // The service wouldn't do anything, but it need not be asked.
      form.addEventListener("keydown", function (event) {
        if (event.key === "Enter" && event.target.matches("input")) { event.preventDefault(); }
      });
      form.addEventListener("submit", function () {
        var said = fieldsOf(form).map(function (field) { return [field.name, field.value]; });
        sessionStorage.setItem(place, JSON.stringify({ form: nameOf(form), said: said }));
      });
    });
    if (document.querySelector("form[method=post]") || arrived) { sessionStorage.removeItem(place); }
  }

  function fieldsOf(form) {
    return Array.from(form.elements).filter(function (field) {
      return field.name && field.matches("textarea, select, input:not([type=hidden], [type=checkbox])");
    });
  }

  // A page may have many forms: what they are about is in their hidden fields.
  function nameOf(form) {
    return form.getAttribute("action") + " " + Array.from(form.querySelectorAll("input[type=hidden]"))
      .filter(function (field) { return field.name !== "_xsrf" && field.name !== "seen"; })
      .map(function (field) { return field.name + "=" + field.value; }).join("&");
  }

  function restore(form, said) {
    var fields = fieldsOf(form);
    said.forEach(function (each) {
      fields.filter(function (field) { return field.name === each[0]; })
        .forEach(function (field) { field.value = each[1]; });
    });
    for (var part = form.parentElement; part; part = part.parentElement) {
      if (part.tagName === "DETAILS") { part.open = true; }
    }
    var template = document.getElementById("rsp-restored");
    template.after(template.content.cloneNode(true));
    template.nextElementSibling.focus();
  }

  function print() {
    document.querySelectorAll("button[data-print]").forEach(function (button) {
      button.hidden = false;
      button.addEventListener("click", function () { window.print(); });
    });
  }

  // What is to be pasted elsewhere can be copied with one press.
  function copy() {
    document.querySelectorAll("button[data-copy]").forEach(function (button) {
      var text = document.getElementById(button.dataset.copy);
      button.hidden = !navigator.clipboard;
      button.addEventListener("click", function () {
        navigator.clipboard.writeText(text.value).then(function () {
          button.textContent = "Copied";
        }, function () { text.select(); });
      });
    });
  }

  localTimes(document);
  print();
  copy();
  askByAddress();
  keepWhatIsWritten();
  askWhileTyping();
})();
