// Filters of the gallery and of the claims: rows and cards carry data-NAME="one two"; a button for each value,
// the choice kept in the address.  Without it all are shown.
"use strict";
{
  const words = (item, name) => (item.dataset[name] || "").split(/\s+/).filter(Boolean);

  function filters(items, names, before) {
    const chosen = new Map();
    const query = new URLSearchParams(location.search);
    const bar = Object.assign(document.createElement("div"), { className: "filters" });
    const count = Object.assign(document.createElement("p"), { className: "count" });
    count.setAttribute("role", "status");

    function show() {
      for (const item of items) item.hidden = ![...chosen].every(([name, value]) => words(item, name).includes(value));
      const left = items.filter((item) => !item.hidden).length;
      count.textContent = chosen.size ? `${left} of ${items.length} shown` : "";
      for (const button of bar.querySelectorAll("button")) {
        button.setAttribute("aria-pressed", (chosen.get(button.dataset.name) ?? "") === button.value);
      }
    }

    function choose(name, value) {
      value ? chosen.set(name, value) : chosen.delete(name);
      const address = new URL(location);
      for (const each of names) address.searchParams.delete(each);
      for (const [each, wanted] of chosen) address.searchParams.set(each, wanted);
      history.replaceState(history.state, "", address);
      show();
    }

    for (const name of names) {
      const tally = new Map();
      for (const item of items) for (const value of words(item, name)) tally.set(value, (tally.get(value) || 0) + 1);
      if (tally.size < 2) continue;
      const group = Object.assign(document.createElement("div"), { role: "group", ariaLabel: name });
      group.append(Object.assign(document.createElement("span"), { textContent: name }));
      for (const value of ["", ...[...tally.keys()].sort((a, b) => tally.get(b) - tally.get(a) || a.localeCompare(b))]) {
        const button = Object.assign(document.createElement("button"), { type: "button", value, textContent: value || "all" });
        button.dataset.name = name;
        if (value) button.append(Object.assign(document.createElement("small"), { textContent: tally.get(value) }));
        button.addEventListener("click", () => choose(name, value));
        group.append(button);
      }
      bar.append(group);
      if (tally.has(query.get(name))) chosen.set(name, query.get(name));
    }
    if (!bar.children.length) return;
    bar.append(count);
    before.before(bar);
    show();
  }

  function setUpFilters() {
    for (const gallery of document.querySelectorAll(".gallery")) filters([...gallery.children], ["library"], gallery);
    for (const ledger of document.querySelectorAll("table.ledger")) {
      filters([...ledger.tBodies[0].rows], ["verdict", "tags"], ledger.closest(".claims") || ledger);
    }
  }

  setUpFilters();
}
