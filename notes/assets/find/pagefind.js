// What Pagefind's components import as Pagefind (search.html says so): it reads what was typed, and asks Pagefind.
// `#ML` is a tag, tags are any or all, a word that no page has becomes the nearest that some title has.
import { createInstance as createPagefind } from "../../pagefind/pagefind.js";

const EVERY_PAGE = "全"; // content.html writes it; without any word Pagefind would load its whole index
const SHOWN = 100; // of thousands each would be laid out, though nobody scrolls there
const OFFERED = 8;
const SMALL = new Set( // words that most pages have: to look for them beside others takes the longest and says the least
  "a an and are as at be by can do does for from has have how i in is it its not of on or so than that the their there these they this to was we were what when where which who why will with".split(" "),
);
// A title counts as the heading that it is on its page: weighed once more, short names of programs come before the notes
// that explain them.  What stands in no sentence, such as names in code, is found, but after what does.
const RANKING = { metaWeights: { title: 0, words: 0 } };

export function createInstance(options) {
  const pagefind = createPagefind({ ...options, ranking: RANKING });
  let latest = 0;
  let whole = null; // how many pages have each value of a facet, once somebody wants to know
  let again = null; // finds once more what is shown
  tags();

  // A third of all that a search loads is there to count facets, and to count takes as long as to find.
  // So this waits until somebody goes to the menus.
  async function count() {
    if (whole) return;
    whole = pagefind.filters();
    for (const menu of menus.children) menu.filtersLoaded = false; // it shows that it waits
    await whole;
    const mine = latest;
    const counts = (await again?.())?.filters ?? await whole;
    const instance = window.PagefindComponents.getInstanceManager().getInstance("default");
    if (mine === latest) instance.__dispatch__("filters", { available: counts, total: counts });
  }
  const menus = document.querySelector(".facets");
  for (const event of ["focusin", "pointerdown"]) menus.addEventListener(event, count);
  if (menus.contains(document.activeElement)) count();

  // What a word needs is fetched while the field still waits for the next key; what begins so often lies in the same file.
  document.querySelector("pagefind-input").addEventListener("input", ({ target }) => {
    const begun = target.value.split(/\s+/).filter((word) => !word.startsWith("#") && plain(word).length > 3 && !small(word));
    if (begun.length) pagefind.preload(begun.join(" "));
  });

  return {
    filters: () => {
      again = null;
      return whole ?? {};
    },
    search: async (text, { filters: chosen }) => {
      const mine = ++latest;
      const asked = read(text ?? "", await tags());
      // The beginning of most words: whoever types on is waited for, so that it need not be found.
      if (asked.term && plain(asked.term).length < 4) await new Promise((resolve) => setTimeout(resolve, 400));
      await whole;
      if (mine !== latest) return null;
      again = () => find(pagefind, asked, chosen, whole);
      return again();
    },
  };
}

// What the build says of titles and tags (kb/search.py), asked for once and only when needed; without it words still find.
const published = (name, nothing) => fetch(new URL(`../../search/${name}.json`, import.meta.url))
  .then((answer) => answer.json()).catch(() => nothing);
const once = (make) => {
  let made;
  return () => made ??= make();
};
const words = once(() => published("words", []));
const tags = once(async () => {
  const spellings = Object.entries(await published("tags", {})).flatMap(([tag, also]) => [tag, ...also].map((word) => [word, tag]));
  return new Map(spellings.map(([word, tag]) => [word.toLowerCase(), tag]));
});

// What a text asks for: its words (`said`; `term` has those of them that tell pages apart), its `#tags`, and the last
// `#word` that is no tag yet (`open`).
// A tag is `taken` when a space follows it; `rest` is the text without these.
function read(text, tags) {
  const asked = { words: [], tags: [], taken: [], open: null, rest: "" };
  for (const [piece, word] of text.matchAll(/(\S+)\s*/g)) {
    const tag = word.startsWith("#") && tags.get(word.slice(1).toLowerCase());
    if (tag) asked.tags.push(tag);
    else if (word.startsWith("#")) asked.open = word.slice(1);
    else asked.words.push(word);
    if (tag && piece !== word) asked.taken.push(tag);
    else asked.rest += piece;
  }
  return { ...asked, said: asked.words.join(" "), term: telling(asked.words).join(" ") };
}

const small = (word) => SMALL.has(word.toLowerCase());

// The words without the small ones, unless there are no others or a phrase needs them.
function telling(words) {
  const others = words.filter((word) => !small(word));
  return others.length && !words.some((word) => word.includes('"')) ? others : words;
}

async function find(pagefind, asked, { tags: [mode] = [], ...chosen }, counts) {
  const facets = Object.entries({ ...chosen, tag: [...new Set([...(chosen.tag ?? []), ...asked.tags])] })
    .filter(([, values]) => values.length);
  const ask = (term, but) => pagefind.search(term || EVERY_PAGE, { filters: filters(facets, mode, but) });
  const offers = asked.open === null ? [] : offered(asked.open, await tags());
  if (!asked.term && !facets.length) return { results: [], count: 0, asked, offers };

  const found = await understood(pagefind, asked.term, ask);
  if (!facets.length) await tagFirst(pagefind, found, await tags());
  const left = counts ? await counted(found, facets, mode, ask) : undefined;
  const { results, instead } = found;
  return { results: results.slice(0, SHOWN), count: results.length, instead, filters: left, totalFilters: left, asked, offers };
}

// Pagefind's filters: of each facet any value will do, of the tags all must be there if that is asked.
function filters(facets, mode, but) {
  const asked = facets.filter(([name]) => name !== but);
  return Object.fromEntries(asked.map(([name, values]) => [name, name === "tag" && mode === "all" ? values : { any: values }]));
}

// How many pages each value would leave; where any will do, one more adds: its facet is counted without its own choice.
async function counted(found, facets, mode, ask) {
  const counts = { ...found.filters };
  for (const [name] of facets) {
    if (name === "tag" && mode === "all") continue;
    counts[name] = (facets.length > 1 ? (await ask(found.term, name)).filters : found.totalFilters)?.[name] ?? {};
  }
  return counts;
}

// A tag's own page comes before all pages that only mention it.
async function tagFirst(pagefind, found, tags) {
  const tag = tags.get(found.term.toLowerCase().replaceAll('"', "").replace(/\s+/g, "-"));
  if (!tag) return;
  const { results } = await pagefind.search(found.term, { filters: { kind: "tag" } });
  for (const page of results.slice(0, 3)) {
    if ((await page.data()).meta.title !== tag) continue;
    found.results = [page, ...found.results.filter((other) => other.id !== page.id)];
    return;
  }
}

// What a term finds; if pages have not all of its words, what the nearest words find (`instead`).
async function understood(pagefind, term, ask) {
  const found = await matched(term, ask);
  if (!term || /^".*"$/.test(found.term)) return found;
  const absent = await missing(pagefind, term, found.results[0]);
  if (!absent.size) return found;
  const known = await words();
  const instead = term.split(" ").map((word) => absent.has(word) ? near(plain(word), known) : word).filter(Boolean).join(" ");
  return instead ? { ...await matched(instead, ask), instead } : { ...found, results: [] };
}

// A whole word first: where it fills the list, words that only begin so are not looked for, which takes as long again.
// One or two letters are a word, not the beginning of thousands.
async function matched(term, ask) {
  const short = plain(term).length < 3;
  const whole = term && (short || !/["\s]/.test(term)) ? await ask(`"${term}"`) : { results: [] };
  return whole.results.length >= (short ? 1 : SHOWN) ? { ...whole, term: `"${term}"` } : { ...await ask(term), term };
}

// The words of a term that no page has.  For these Pagefind shortens them until something is found: `hopfeild` finds `h`.
async function missing(pagefind, term, first) {
  if (first) first.data = once(first.data); // the first that is shown, too
  const page = await first?.data();
  const tokens = page?.content.split(/\s+/) ?? [];
  const matched = page ? [...page.locations.map((at) => tokens[at] ?? ""), ...Object.values(page.meta).join(" ").split(" ")] : [];
  const seen = matched.map(plain).join(" ");
  const doubtful = term.split(" ").filter((word) => plain(word) && !seen.includes(plain(word)));
  const exact = await Promise.all(doubtful.map((word) => pagefind.search(`"${plain(word)}"`)));
  return new Set(doubtful.filter((_, at) => !exact[at].results.length));
}

// A word as Pagefind compares it.
const plain = (word) => word.normalize("NFD").replace(/[^\p{L}\p{N}_]/gu, "").toLowerCase();

// The tags that begin so, else those that are near.
function offered(open, tags) {
  const begun = [...tags].filter(([spelling]) => spelling.startsWith(open.toLowerCase()));
  const close = begun.length ? begun : [...tags].filter(([spelling]) => near(open.toLowerCase(), [spelling]));
  return [...new Set(close.map(([, tag]) => tag))].slice(0, OFFERED);
}

// The nearest of the words, or one that begins nearly so (half a word may be misspelt too); of two the more frequent.
function near(word, words) {
  const allowed = word.length < 4 ? 0 : word.length < 6 ? 1 : 2;
  let [nearest, least] = ["", Infinity];
  for (const other of words) {
    if (other.length < word.length - allowed) continue;
    const steps = distances(word, other);
    const whole = steps[other.length];
    const begun = word.length < 6 ? Infinity : Math.min(...steps);
    const distance = whole <= allowed ? whole : begun <= 1 ? allowed + begun : Infinity;
    if (distance < least) [nearest, least] = [other, distance];
  }
  return nearest;
}

// Letters added, left out, changed or swapped between a word and each beginning of another (optimal string alignment).
function distances(word, other) {
  let [before, above] = [[], Array.from({ length: other.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= word.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      row[j] = Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (word[i - 1] !== other[j - 1]));
      const swapped = i > 1 && j > 1 && word[i - 1] === other[j - 2] && word[i - 2] === other[j - 1];
      if (swapped) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    [before, above] = [above, row];
  }
  return above;
}
