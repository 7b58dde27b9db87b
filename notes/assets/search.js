// Search: Pagefind's components, and what they do not do.  Each search has an address (`?q=words&q.tag=ML`); a chosen
// facet can be seen and taken back; where nothing is found, it says what to try.  find/pagefind.js reads what is typed.
"use strict";
{
  const FACETS = ["tag", "tags", "kind", "year", "verdict"]; // `tags` is "all" where each tag must be there

  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  // The search that an address asks for, if it does.
  function asked() {
    const query = new URLSearchParams(location.search);
    const facets = FACETS.map((name) => [name, query.getAll(`q.${name}`)]).filter(([, values]) => values.length);
    return query.has("q") || facets.length ? { text: query.get("q") ?? "", facets: Object.fromEntries(facets) } : null;
  }

  function addressOf(text, facets) {
    const address = new URL(location);
    for (const name of ["q", ...FACETS.map((facet) => `q.${facet}`)]) address.searchParams.delete(name);
    if (text) address.searchParams.set("q", text);
    for (const name of FACETS) for (const value of facets[name] ?? []) address.searchParams.append(`q.${name}`, value);
    return address;
  }

  // A page as it is found: its kind, date, tags and verdicts over what Pagefind shows.
  function resultOf(page, sections) {
    const { kind = [], tag = [], verdict = [] } = page.filters ?? {};
    const day = page.meta.date && new Date(page.meta.date).toLocaleDateString("en-GB", { dateStyle: "long", timeZone: "UTC" });
    const marks = make("p", { className: "found-marks" }, make("span", { className: "kind", textContent: kind[0] ?? "" }));
    if (day) marks.append(make("time", { dateTime: page.meta.date, textContent: day }));
    if (tag.length) marks.append(make("span", { textContent: tag.join(", ") }));
    marks.append(...verdict.map((name) => make("span", { className: `verdict ${name}`, textContent: name })));
    const link = make("a", { className: "pf-result-link", href: page.meta.url ?? page.url, textContent: page.meta.title });
    const chips = sections.map(({ title, url, excerpt }) => make("li", { className: "pf-heading-chip" },
      make("a", { className: "pf-heading-link", href: url, textContent: title }),
      make("p", { className: "pf-heading-excerpt", innerHTML: excerpt })));
    return make("li", { className: "pf-result" },
      make("div", { className: "pf-result-card" }, make("div", { className: "pf-result-content" },
        marks, make("p", { className: "pf-result-title" }, link),
        make("p", { className: "pf-result-excerpt", innerHTML: page.excerpt }))),
      ...(chips.length ? [make("ul", { className: "pf-heading-chips" }, ...chips)] : []));
  }

  function sentenceOf({ results, count, asked, offers, instead }, typed) {
    const found = `${count || "No"} result${count === 1 ? "" : "s"}`;
    const rest = count > results.length ? `, the first ${results.length} shown` : "";
    if (instead) return `Nothing for ${typed}; showing ${found.toLowerCase()} for ${instead}${rest}`;
    if (asked.open !== null && !count) return offers.length ? "Perhaps one of these tags:" : `No tag like #${asked.open}`;
    return asked.said ? `${found} for ${asked.said}${rest}` : `${found}${rest}`;
  }

  function search() {
    const modal = document.querySelector("pagefind-modal");
    const instance = window.PagefindComponents?.getInstanceManager().getInstance("default");
    if (!modal || !instance) return;
    const at = (selector) => modal.querySelector(selector);
    const [dialog, field, chosen, offers, nothing] = ["dialog", "pagefind-input", ".chosen", ".offers", ".nothing"].map(at);
    const everywhere = at(".everywhere");
    let last = {}; // what was found
    let pushed = false; // whether the address before the search is one step back

    // Text and facets at once; Pagefind's field shows what it is told only while nobody types in it.
    async function ask(text, facets) {
      field.inputEl.value = text;
      field.updateState(text);
      await instance.triggerLoad(); // with facets in its first search, Pagefind would go on and ask for all without a word
      if (dialog.open) instance.triggerSearchWithFilters(text, facets);
    }
    const chosenOf = (name) => instance.searchFilters[name] ?? [];
    const choose = (name, values, text = instance.searchTerm) => ask(text, { ...instance.searchFilters, [name]: values });
    const take = (tags, text) => choose("tag", [...new Set([...chosenOf("tag"), ...tags])], text);

    function button(textContent, properties, act) {
      return make("button", { type: "button", textContent, ...properties, onclick: () => { act(); field.focus(); } });
    }

    function showChosen(facets) {
      const values = FACETS.filter((name) => name !== "tags").flatMap((name) => (facets[name] ?? []).map((value) => [name, value]));
      chosen.replaceChildren(...values.map(([name, value]) => button(value, { ariaLabel: `Take back ${name} ${value}` },
        () => choose(name, chosenOf(name).filter((other) => other !== value)))));
      if (chosenOf("tag").length < 2) return;
      const all = facets.tags?.[0] === "all";
      const modes = [["any of these tags", !all, []], ["all of these tags", all, ["all"]]].map(([text, ariaPressed, values]) =>
        button(text, { ariaPressed }, () => choose("tags", values)));
      chosen.append(make("span", { role: "group", ariaLabel: "How many of the tags" }, ...modes));
    }

    function showAddress(text, facets, searches) {
      const address = addressOf(text, facets);
      if (pushed || asked()) return history.replaceState(history.state, "", address);
      if (!searches) return;
      history.pushState(null, "", address);
      pushed = true;
    }

    // Pagefind names a menu only while something is chosen in it; a combobox has no name of its content.
    function nameMenus() {
      for (const menu of modal.querySelectorAll(".pf-dropdown-trigger")) menu.ariaLabel ||= menu.firstChild.textContent;
    }
    for (const event of ["search", "filters"]) instance.on(event, nameMenus);
    nameMenus();

    at("pagefind-results").resultTemplate = (page) => resultOf(page, instance.getDisplaySubResults(page));
    // One sentence is read and heard: ours, not Pagefind's.
    const announce = instance.announce.bind(instance);
    instance.announce = (what, ...rest) => what.includes("_result") || announce(what, ...rest);

    instance.on("search", (text, facets) => {
      // A facet alone is a search; nothing at all is none, and fetches nothing.
      instance.faceted = Object.entries(facets).some(([name, values]) => name !== "tags" && values.length);
      showChosen(facets);
      offers.replaceChildren();
      nothing.hidden = true;
      if (dialog.open) showAddress(text, facets, text || instance.faceted);
    });
    instance.on("results", (found) => {
      last = found;
      if (!found.asked) return;
      if (found.asked.taken.length && field.inputEl.value === instance.searchTerm) return take(found.asked.taken, found.asked.rest);
      const sentence = sentenceOf(found, instance.searchTerm);
      at(".pf-summary").textContent = sentence;
      instance.announceRaw(sentence);
      offers.replaceChildren(...found.offers.map((tag) => button(`#${tag}`, {}, () => take([tag], found.asked.said))));
      nothing.hidden = found.results.length > 0 || found.offers.length > 0;
      everywhere.hidden = !instance.faceted;
    });

    everywhere.addEventListener("click", () => {
      ask(instance.searchTerm, {});
      field.focus();
    });
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !last.asked) return;
      const tags = last.asked.tags.length ? last.asked.tags : last.offers.slice(0, 1);
      if (tags.length) take(tags, last.asked.said);
    });
    for (const it of document.querySelectorAll(".search-tag")) {
      it.addEventListener("click", () => {
        modal.open();
        ask("", { tag: [it.dataset.tag] });
      });
    }
    // Closed, it forgets: a facet left from before would be easy to overlook.
    modal.addEventListener("close", () => {
      instance.triggerSearchWithFilters("", {});
      if (pushed) history.back();
      else history.replaceState(history.state, "", addressOf("", {}));
      pushed = false;
    }, true);
    function follow() {
      const wanted = asked();
      if (!wanted) {
        pushed = false;
        return modal.close();
      }
      modal.open();
      ask(wanted.text, wanted.facets);
    }
    window.addEventListener("popstate", follow);
    keys(modal);
    follow();
  }

  function keys(modal) {
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

  search();
}
