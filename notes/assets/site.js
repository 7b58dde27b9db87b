// What the pages do beyond reading: formulas, filters, search.  Without it everything can still be read.
"use strict";
{
  const assets = new URL(".", document.currentScript.src);

  // ---- formulas: KaTeX comes only to pages that have some
  const load = (tag, attributes) => new Promise((resolve, reject) => {
    document.head.append(Object.assign(document.createElement(tag), attributes, { onload: resolve, onerror: reject }));
  });

  async function formulas() {
    const places = [...document.querySelectorAll(".arithmatex, .jp-RenderedMarkdown, .jp-RenderedLatex")]
      .filter((place) => /\$|\\\(|\\\[|\\begin/.test(place.textContent));
    if (!places.length) return;
    const at = (name) => new URL(`katex/${name}`, assets).href;
    load("link", { rel: "stylesheet", href: at("katex.min.css") });
    await load("script", { src: at("katex.min.js") });
    await load("script", { src: at("auto-render.min.js") });
    const delimiters = [["$$", "$$", true], ["\\[", "\\]", true], ["\\(", "\\)", false], ["$", "$", false]]
      .map(([left, right, display]) => ({ left, right, display }));
    for (const place of places) renderMathInElement(place, { delimiters, throwOnError: false });
  }

  // ---- filters: rows and cards carry data-NAME="one two"; a button for each value, the choice kept in the address
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

  // ---- search: Pagefind's components, and what they do not do
  function search() {
    const modal = document.querySelector("pagefind-modal");
    const instance = window.PagefindComponents?.getInstanceManager().getInstance("default");
    if (!modal || !instance) return;

    // A chosen facet shows its pages before anything is typed; otherwise nothing is fetched that nobody asked for.
    instance.on("search", (term, facets) => {
      instance.faceted = Object.values(facets || {}).some((values) => values.length);
    });
    for (const button of document.querySelectorAll(".search-tag")) {
      button.addEventListener("click", () => {
        modal.open();
        instance.triggerFilters({ tag: [button.dataset.tag] });
      });
    }
    // Closed, it forgets: a facet left from before would be easy to overlook.
    modal.addEventListener("close", () => instance.triggerSearchWithFilters("", {}), true);
    // Escape closes an open menu first, and only then the dialog.
    modal.addEventListener("keydown", (event) => {
      const menu = event.key === "Escape" && modal.querySelector('.pf-dropdown-trigger[aria-expanded="true"]');
      if (!menu) return;
      event.preventDefault();
      event.stopPropagation();
      menu.click();
      menu.focus();
    }, true);
    // Where "/" is typed with shift, Pagefind's own shortcut does not see it.
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
      if (event.key !== "/" || !event.shiftKey || event.ctrlKey || event.metaKey || typing) return;
      event.preventDefault();
      modal.open();
    });
  }

  formulas();
  setUpFilters();
  search();
}
