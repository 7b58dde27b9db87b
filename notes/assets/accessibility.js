// What Material and Pagefind leave out for those who come with a keyboard or a screen reader.
"use strict";
{
  // A phone's drawer: a button opens it, Escape and leaving it close it.
  function drawer() {
    const toggle = document.getElementById("__drawer");
    const panel = document.querySelector(".md-sidebar--primary");
    const button = document.querySelector(".site-menu");
    if (!toggle || !panel || !button) return;
    const close = () => { if (toggle.checked) toggle.click(); };
    button.addEventListener("click", () => toggle.click());
    toggle.addEventListener("change", () => {
      button.setAttribute("aria-expanded", toggle.checked);
      (toggle.checked ? panel.querySelector("a") : button).focus({ preventScroll: true });
    });
    panel.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
    panel.addEventListener("focusout", ({ relatedTarget: next }) => { if (next && !panel.contains(next)) close(); });
  }

  // What scrolls sideways is a stop: Chromium and Firefox see to it, Safari does not; code blocks are Material's.
  const WIDE = ".md-typeset__scrollwrap, .claims, .html-output, .jp-RenderedHTML, .jp-RenderedText pre, div.arithmatex";
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });

  function names() {
    // Each copy button stands in a landmark of its own, and among twenty of those none leads anywhere.
    for (const nav of document.querySelectorAll(".md-code__nav")) nav.setAttribute("role", "none");
    // The words on a combobox are its value, not its name (Pagefind gives it one only while something is chosen);
    // and it controls the list, not the box around that.
    for (const facet of document.querySelectorAll("pagefind-filter-dropdown[label]")) {
      const trigger = facet.querySelector("[role=combobox]");
      const list = facet.querySelector("[role=listbox]");
      if (!trigger || !list) continue;
      trigger.title = facet.getAttribute("label");
      list.id ||= `${trigger.id}-list`;
      trigger.setAttribute("aria-controls", list.id);
    }
  }

  drawer();
  addEventListener("load", () => {
    names();
    for (const place of document.querySelectorAll(WIDE)) sizes.observe(place);
  });
}
