// Search: Pagefind's components, and what they do not do.
"use strict";
{
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

  search();
}
