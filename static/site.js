// Conveniences only: every page works without this file.

document.documentElement.classList.add("js");

// "/" goes to the search field, as long as nobody is typing elsewhere.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const field = document.querySelector("[data-search]");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});

// ---- copy ----

async function copy(words, button) {
  const said = button.textContent;
  try {
    await writeClipboard(words);
    button.textContent = "已复制";
  } catch {
    button.textContent = "未能复制";
  }
  setTimeout(() => { button.textContent = said; }, 1600);
}

async function writeClipboard(words) {
  if (navigator.clipboard) return navigator.clipboard.writeText(words);
  // Browsers offer the clipboard on secure addresses only; on a plain local network this still works.
  const field = document.createElement("textarea");
  field.value = words;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("copy refused");
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-copy-text]");
  if (!button) return;
  event.preventDefault();
  const { copy: address, copyText: source } = button.dataset;
  copy(address ? new URL(address, location.href).href : document.querySelector(source).textContent.trim(), button);
});

// ---- search: a menu closes when one looks elsewhere; facets stand open where there is room ----

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Where the style sheet cannot open them (browsers before 2025), this does.
const facets = document.querySelector("[data-facets]");
if (facets && !CSS.supports("selector(::details-content)")) {
  facets.open = matchMedia("(min-width: 48.01rem)").matches;
}

// ---- suggestions while typing: a combobox over each search field; without it the field searches as before ----

for (const [number, field] of document.querySelectorAll("[data-search]").entries()) addSuggestions(field, number);

function addSuggestions(field, number) {
  const form = field.form;
  const source = form.dataset.suggest;
  if (!source) return;
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = `suggestions-${number}`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "检索建议");
  form.append(list);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) field.setAttribute(name, value);

  const answers = new Map(); // what was typed before need not be asked again
  let shown = [];
  let active = -1;
  let waiting = 0;
  let asking = null;

  function close() {
    clearTimeout(waiting);
    asking?.abort();
    list.hidden = true;
    shown = [];
    choose(-1);
    field.setAttribute("aria-expanded", "false");
  }

  function choose(position) {
    active = position;
    for (const [index, item] of [...list.children].entries()) item.setAttribute("aria-selected", String(index === active));
    if (active < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", list.children[active].id);
  }

  function show(suggestions) {
    if (document.activeElement !== field || !suggestions.length) return close();
    shown = suggestions;
    list.replaceChildren(...suggestions.map((suggestion, index) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${index}`;
      item.setAttribute("role", "option");
      const words = document.createElement("span");
      words.textContent = suggestion.text;
      const kind = document.createElement("small");
      kind.textContent = suggestion.kind_label;
      item.append(words, " ", kind);
      return item;
    }));
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
    choose(-1);
  }

  // A theme or an agency has a page; words go into the field and are searched within what was chosen.
  function take(suggestion) {
    close();
    if (suggestion.path) return location.assign(suggestion.path);
    field.value = suggestion.q;
    form.requestSubmit();
  }

  async function ask(typed) {
    asking?.abort();
    if (answers.has(typed)) return show(answers.get(typed));
    asking = new AbortController();
    try {
      const response = await fetch(`${source}?q=${encodeURIComponent(typed)}`, { signal: asking.signal });
      if (!response.ok) return close();
      const { suggestions } = await response.json();
      answers.set(typed, suggestions);
      if (field.value.trim() === typed) show(suggestions);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  }

  function typed() {
    clearTimeout(waiting);
    const words = field.value.trim();
    if (!words) return close();
    waiting = setTimeout(() => ask(words), 160);
  }

  field.addEventListener("input", (event) => { if (!event.isComposing) typed(); });
  field.addEventListener("compositionend", typed);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return;
    const last = shown.length - 1;
    if (event.key === "ArrowDown") choose(active < last ? active + 1 : -1);
    else if (event.key === "ArrowUp") choose(active < 0 ? last : active - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && active >= 0) take(shown[active]);
    else return;
    event.preventDefault();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const item = event.target.closest("li");
    if (item) take(shown[[...list.children].indexOf(item)]);
  });
  form.addEventListener("submit", close);
}

// ---- the tools of a provision: one pair of buttons, moved to the provision that is pointed at ----

const tools = document.createElement("span");
tools.className = "tools";
tools.dataset.base = new URL(document.querySelector(".site-name").href).pathname.replace(/\/$/, "");
tools.innerHTML = '<button type="button">复制链接</button><a>条款页</a>';

// `y` is where on the screen they belong: under the sign, or under the finger.
function showTools(ref, y = ref.getBoundingClientRect().bottom) {
  tools.querySelector("button").dataset.copy = ref.href;
  tools.querySelector("a").href = ref.href;
  showThemes(ref.dataset.themes);
  document.querySelector(".is-chosen")?.classList.remove("is-chosen");
  ref.parentElement.classList.add("is-chosen");
  if (ref.nextSibling !== tools) ref.after(tools);
  const frame = tools.offsetParent.getBoundingClientRect();
  // A table's frame cuts off what hangs out of its last row.
  const lowest = frame.height - (ref.closest("table") ? tools.offsetHeight : 0);
  tools.style.top = `${Math.max(0, Math.min(y - frame.top, lowest))}px`;
}

// "id name|id name": the themes of a clause, as links below its buttons.
function showThemes(themes) {
  for (const link of tools.querySelectorAll(".to-theme")) link.remove();
  for (const theme of themes ? themes.split("|") : []) {
    const link = document.createElement("a");
    link.className = "to-theme";
    link.href = `${tools.dataset.base}/themes/${encodeURIComponent(theme.split(" ", 1)[0])}`;
    link.textContent = theme.slice(theme.indexOf(" ") + 1);
    tools.append(link);
  }
}

function hideTools() {
  document.querySelector(".is-chosen")?.classList.remove("is-chosen");
  tools.remove();
}

const text = document.querySelector(".text");
if (text) {
  text.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "mouse") return;
    const ref = event.target.closest(".ref");
    if (ref) showTools(ref);
    else if (tools.isConnected && !tools.parentElement.contains(event.target)) hideTools();
  });
  text.addEventListener("focusin", (event) => {
    if (event.target.matches(".ref")) showTools(event.target);
  });
  // A tap on the words opens their tools; a tap anywhere else, or Escape, closes them.
  text.addEventListener("click", (event) => {
    if (event.target.closest("a, button, .tools") || !getSelection().isCollapsed) return;
    const words = event.target.closest("p, h2, h3, h4, h5, tr, .run-on");
    const ref = words && [...words.querySelectorAll(".ref")].pop();
    if (ref && !(tools.isConnected && words.contains(tools))) showTools(ref, event.clientY + 12);
    else hideTools();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".text")) hideTools();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hideTools();
  });
  document.addEventListener("focusin", (event) => {
    if (tools.isConnected && !tools.contains(event.target) && !event.target.matches(".ref")) hideTools();
  });
}

// ---- contents that follow the reading ----

const contents = document.querySelector("[data-contents]");
if (contents) {
  const entries = [...contents.querySelectorAll('a[href^="#"]:not(.to-top)')]
    .map((link) => ({ link, unit: document.getElementById(link.hash.slice(1)) }))
    .filter(({ unit }) => unit);
  const now = document.querySelector("[data-contents-now]");
  const toggle = document.getElementById("contents-open");
  let current = null;

  // The units stand in the order of the page: halving finds the last one that has begun.
  function findCurrent() {
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (entries[middle].unit.getBoundingClientRect().top <= 110) low = middle + 1;
      else high = middle;
    }
    return entries[low - 1] ?? null;
  }

  function follow() {
    const entry = findCurrent();
    if (entry === current) return;
    current?.link.removeAttribute("aria-current");
    current = entry;
    now.textContent = entry ? entry.link.textContent : "";
    if (!entry) return;
    entry.link.setAttribute("aria-current", "location");
    keepInView(entry.link);
  }

  // Only the list scrolls: scrollIntoView would move the page as well.
  function keepInView(link) {
    const view = contents.getBoundingClientRect();
    const place = link.getBoundingClientRect();
    if (place.top < view.top + 40 || place.bottom > view.bottom - 80) {
      contents.scrollTop += place.top - view.top - view.height / 3;
    }
  }

  let waiting = false;
  addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; follow(); });
  }, { passive: true });
  contents.addEventListener("click", (event) => {
    if (event.target.closest("a")) toggle.checked = false;
  });
  follow();
}
