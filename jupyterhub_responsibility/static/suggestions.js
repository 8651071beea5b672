// Suggests accounts while somebody types whom to appoint: a text field with a list of options, as the
// ARIA practices describe it. Choosing one fills in the field, and does nothing else.
(function () {
  "use strict";

  var LEAST = 3;
  var PAUSE = 200;

  function element(name, attributes) {
    var made = document.createElement(name);
    Object.keys(attributes).forEach(function (each) { made.setAttribute(each, attributes[each]); });
    return made;
  }

  // A name may be written from right to left, and what is around it is not.
  function isolated(text) {
    var part = element("bdi", {});
    part.textContent = text;
    return part;
  }

  function optionFor(match, id, take) {
    var option = element("li", { id: id, role: "option", "data-user": match.user });
    if (!match.opaque) { option.append(isolated(match.user)); }
    if (match.name) { option.append(match.opaque ? "" : " · ", isolated(match.name)); }
    option.addEventListener("mousedown", function (event) { event.preventDefault(); });
    option.addEventListener("click", take);
    return option;
  }

  // The list below the field; `chosen` is the option on which the arrow keys are.
  function listBelow(input, take) {
    var list = element("ul", {
      id: input.id + "-options", role: "listbox", class: "rsp-options", "aria-label": "Suggestions",
    });
    var chosen = -1;
    input.after(list);

    function choose(number) {
      chosen = number;
      Array.from(list.children).forEach(function (option, at) {
        option.setAttribute("aria-selected", String(at === number));
      });
      var option = list.children[number];
      input.setAttribute("aria-activedescendant", option ? option.id : "");
      if (option) { option.scrollIntoView({ block: "nearest" }); }
    }

    function show(matches) {
      list.replaceChildren.apply(list, matches.map(function (match, at) {
        return optionFor(match, list.id + at, function () { take(match.user); });
      }));
      list.hidden = !matches.length;
      input.setAttribute("aria-expanded", String(!list.hidden));
      choose(-1);
    }

    show([]);
    return {
      id: list.id,
      show: show,
      isOpen: function () { return !list.hidden; },
      down: function () { choose((chosen + 1) % list.children.length); },
      up: function () { choose(chosen > 0 ? chosen - 1 : list.children.length - 1); },
      user: function () { return chosen < 0 ? "" : list.children[chosen].dataset.user; },
    };
  }

  function inWords(count) {
    return count > 1 ? count + " accounts match" : count ? "1 account matches" : "No account matches";
  }

  // Calls back with the accounts that match what is in the field; not at all if that fails.
  function ask(input, answer) {
    var address = new URL(input.dataset.suggestions, location.href);
    address.searchParams.set("q", input.value);
    fetch(address, {
      credentials: "same-origin", redirect: "error",
      headers: { "X-XSRFToken": input.form.elements._xsrf.value },
    }).then(function (reply) {
      if (!reply.ok) { throw new Error(reply.status); }
      return reply.json();
    }).then(function (said) {
      answer(said.matches);
    }).catch(function () {
      // Whoever knows the name can do without.
    });
  }

  function suggest(input) {
    var list = listBelow(input, take);
    var said = element("div", { role: "status", class: "visually-hidden" });
    var waiting;
    var asked = 0;
    input.parentElement.append(said);

    function close() {
      asked += 1; // what is still to come is an answer to something else
      clearTimeout(waiting);
      list.show([]);
      said.textContent = "";
    }

    function take(user) {
      input.value = user;
      close();
      input.focus();
    }

    function askNow() {
      var mine = asked;
      ask(input, function (matches) {
        if (mine !== asked) { return; }
        list.show(matches);
        said.textContent = inWords(matches.length);
      });
    }

    var keys = {
      ArrowDown: list.down,
      ArrowUp: list.up,
      Escape: close,
      Enter: function () { if (list.user()) { take(list.user()); } },
    };
    input.addEventListener("keydown", function (event) {
      if (!list.isOpen() || !keys[event.key]) { return; }
      event.preventDefault();
      keys[event.key]();
    });
    input.addEventListener("input", function () {
      close();
      if (input.value.trim().length >= LEAST) { waiting = setTimeout(askNow, PAUSE); }
    });
    input.addEventListener("blur", close);
    announce(input, list.id);
    input.form.querySelectorAll("[name=instead]").forEach(function (button) {
      button.addEventListener("click", function (event) {
        event.preventDefault();
        take(button.value);
      });
    });
  }

  // What the field has become, for those who can't see it, and in the hint below it.
  function announce(input, list) {
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list);
    input.closest(".rsp-suggest").parentElement.querySelectorAll(".form-text [hidden]")
      .forEach(function (hint) { hint.hidden = false; });
  }

  document.querySelectorAll("input[data-suggestions]").forEach(suggest);
})();
