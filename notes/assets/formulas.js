// Formulas: KaTeX comes only to pages that have some, with a note's own head or, on a lab page, when one is found;
// without it their source can still be read.
"use strict";
{
  const assets = new URL(".", document.currentScript.src);

  const load = (tag, attributes) => new Promise((resolve, reject) => {
    document.head.append(Object.assign(document.createElement(tag), attributes, { onload: resolve, onerror: reject }));
  });

  async function formulas() {
    const places = [...document.querySelectorAll(".arithmatex, .jp-RenderedMarkdown, .jp-RenderedLatex")]
      .filter((place) => /\$|\\\(|\\\[|\\begin/.test(place.textContent));
    if (!places.length) return;
    if (!window.renderMathInElement) {
      const at = (name) => new URL(`katex/${name}`, assets).href;
      load("link", { rel: "stylesheet", href: at("katex.min.css") });
      await load("script", { src: at("katex.min.js") });
      await load("script", { src: at("auto-render.min.js") });
    }
    const delimiters = [["$$", "$$", true], ["\\[", "\\]", true], ["\\(", "\\)", false], ["$", "$", false]]
      .map(([left, right, display]) => ({ left, right, display }));
    for (const place of places) renderMathInElement(place, { delimiters, throwOnError: false });
  }

  formulas();
}
