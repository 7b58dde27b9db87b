// The gallery and the claims: filters by what items carry as data-NAME="one two", a search of the claims' words, and
// their order, all kept in the address.  Without it everything is shown, in the page's order.
"use strict";
{
  const MOST = 10; // values that are buttons; more are a menu
  const TEXT = "text";
  const SORT = "sort";

  function make(tag, properties, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  const asked = (name) => new URLSearchParams(location.search).get(name) || "";

  function remember(name, value) {
    const address = new URL(location);
    value ? address.searchParams.set(name, value) : address.searchParams.delete(name);
    history.replaceState(history.state, "", address);
  }

  // One choice among the values of a name: buttons, or a menu where they are many.
  function choice(name, values, choose) {
    const group = make("div", { role: "group", ariaLabel: name }, make("span", { textContent: name }));
    const few = values.length <= MOST;
    const options = ["", ...values].map((value) => make(few ? "button" : "option", { value, textContent: value || "all" }));
    if (few) {
      for (const button of options) {
        Object.assign(button, { type: "button" }).append(" ", make("small", {}));
        button.dataset.name = name;
        button.addEventListener("click", () => choose(button.value));
      }
      group.append(...options);
    } else {
      const menu = make("select", { name, ariaLabel: name }, ...options);
      menu.addEventListener("change", () => choose(menu.value));
      group.append(menu);
    }
    return {
      group,
      show(chosen, tally) {
        for (const option of options) {
          const count = tally.get(option.value) || 0;
          if (few) {
            option.setAttribute("aria-pressed", option.value === chosen);
            option.lastChild.textContent = option.value ? count : "";
            option.classList.toggle("none", !!option.value && !count);
          } else {
            option.selected = option.value === chosen;
            option.textContent = option.value ? `${option.value} (${count})` : "all";
          }
        }
      },
    };
  }

  function filters(elements, names, searched) {
    const read = (element, name) => (element.dataset[name] || "").split(/\s+/).filter(Boolean);
    const items = elements.map((element) => ({ element, values: new Map(names.map((name) => [name, read(element, name)])) }));
    const bar = make("div", { className: "filters" });
    const count = make("p", { className: "count", role: "status" });
    const chosen = new Map();
    const choices = new Map();
    const text = make("input", { type: "search", placeholder: "words", ariaLabel: "words of the claim", value: asked(TEXT) });

    const speaks = (item) => (item.text ??= item.element.textContent.toLowerCase());
    const fits = (item, name) => !chosen.get(name) || item.values.get(name).includes(chosen.get(name));

    function show() {
      const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
      const said = items.filter((item) => words.every((word) => speaks(item).includes(word)));
      const left = new Set(said.filter((item) => names.every((name) => fits(item, name))));
      for (const item of items) if (item.element.hidden === left.has(item)) item.element.hidden = !left.has(item);
      for (const [name, each] of choices) {
        const tally = new Map();
        for (const item of said) {
          if (!names.every((other) => other === name || fits(item, other))) continue;
          for (const value of item.values.get(name)) tally.set(value, (tally.get(value) || 0) + 1);
        }
        each.show(chosen.get(name) || "", tally);
      }
      count.textContent = left.size < items.length ? `${left.size} of ${items.length} shown` : "";
    }

    function choose(name, value) {
      chosen.set(name, value);
      remember(name, value);
      show();
    }

    for (const name of names) {
      const sizes = new Map();
      for (const item of items) for (const value of item.values.get(name)) sizes.set(value, (sizes.get(value) || 0) + 1);
      if (sizes.size < 2) continue;
      const values = [...sizes.keys()].sort((a, b) => sizes.get(b) - sizes.get(a) || a.localeCompare(b));
      choices.set(name, choice(name, values, (value) => choose(name, value)));
      bar.append(choices.get(name).group);
      if (sizes.has(asked(name))) chosen.set(name, asked(name));
    }
    if (searched) {
      bar.append(text);
      text.addEventListener("input", () => {
        remember(TEXT, text.value.trim());
        show();
      });
    }
    bar.append(count);
    show();
    const reset = () => {
      text.value = "";
      for (const name of [TEXT, ...names]) choose(name, "");
    };
    return { bar, reset };
  }

  // A table whose head sorts; in its own order the rows stand in groups.
  function order(table, bar) {
    const homes = [...table.tBodies].flatMap((body) => [...body.rows].slice(1).map((row) => [row, body]));
    const loose = make("tbody", {});
    const heads = [...table.tHead.rows[0].cells];
    const keys = heads.filter((head) => head.dataset.key);
    const menu = make("select", { name: SORT, ariaLabel: "order" }, make("option", { value: "", textContent: "by note" }));
    menu.append(...keys.map((head) => make("option", { value: first(head), textContent: `by ${head.textContent.toLowerCase()}` })));

    function first(head) {
      return head.dataset.key === "verdict" ? "verdict" : `-${head.dataset.key}`; // numbers from the largest
    }

    function sort(wanted) {
      const key = wanted.replace("-", "");
      const head = keys.find((each) => each.dataset.key === key);
      const sign = wanted.startsWith("-") ? -1 : 1;
      const value = ([row]) => (key === "verdict" ? row.dataset.verdict : Number(row.dataset[key] ?? NaN));
      if (head) {
        const known = homes.filter((home) => !Number.isNaN(value(home)));
        known.sort((a, b) => sign * (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0));
        const missing = homes.filter((home) => Number.isNaN(value(home)));
        loose.append(...[...known, ...missing].map(([row]) => row));
        table.append(loose);
      } else {
        for (const [row, body] of homes) body.append(row);
        loose.remove();
      }
      for (const each of keys) {
        each.ariaSort = each === head ? (sign < 0 ? "descending" : "ascending") : null;
      }
      menu.value = head ? first(head) : "";
      remember(SORT, head ? wanted : "");
    }

    for (const head of keys) {
      const button = make("button", { type: "button", textContent: head.textContent });
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const [one, other] = first(head) === "verdict" ? ["verdict", "-verdict"] : [first(head), head.dataset.key];
        sort(asked(SORT) === one ? other : asked(SORT) === other ? "" : one);
      });
    }
    menu.addEventListener("change", () => sort(menu.value));
    bar.append(make("label", { className: "order" }, "order ", menu));
    if (asked(SORT)) sort(asked(SORT));
  }

  // An address that ends in a claim's name shows that claim, open.
  function reveal(table, reset) {
    const row = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!row || !table.contains(row)) return;
    if (row.hidden) reset();
    row.querySelector("details").open = true;
    row.scrollIntoView({ block: "center" });
  }

  for (const gallery of document.querySelectorAll(".gallery")) {
    gallery.before(filters([...gallery.children], ["library", "tags"]).bar);
  }
  for (const table of document.querySelectorAll("table.ledger")) {
    const { bar, reset } = filters([...table.querySelectorAll("tr[id]")], ["verdict", "tags"], true);
    order(table, bar);
    table.before(bar);
    new ResizeObserver(() => table.style.setProperty("--filters", `${bar.offsetHeight}px`)).observe(bar);
    document.fonts.ready.then(() => reveal(table, reset)); // lines break anew when their letters come
    addEventListener("hashchange", () => reveal(table, reset));
  }
}
