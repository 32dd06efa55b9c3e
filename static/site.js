// Conveniences only: every page works without this file.

// ---- single keys, as long as nobody is typing; who dictates or has a key stuck can turn them off ----

const KEYS = {
  "/": { does: "到检索框", act: focusSearch },
  j: { does: "下一条：条款、检索结果、文件", act: () => step(1) },
  k: { does: "上一条", act: () => step(-1) },
  "?": { does: "列出按键", act: showKeys },
};
const KEYS_OFF = "single-keys-off";
let keysAreOff = false;
try { keysAreOff = localStorage.getItem(KEYS_OFF) === "1"; } catch { /* storage is refused: they work */ }

document.addEventListener("keydown", (event) => {
  const key = KEYS[event.key];
  if (!key || keysAreOff || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, dialog, [contenteditable]")) return;
  if (key.act()) event.preventDefault();
});

function focusSearch() {
  const field = document.querySelector("[data-search]");
  field?.focus();
  field?.select();
  return Boolean(field);
}

// From where the focus is, else from what is read: the next provision, result or document gets it.
function step(way) {
  const headed = ":is(.part, .chapter, .section, .article, .clause, .annex, .box, .para)";
  const stops = [...document.querySelectorAll(`.text .unit${headed}, .hit, [data-step]`)];
  const focused = document.activeElement === document.body ? null : document.activeElement;
  const from = stops.filter((stop) => stop.contains(focused)).pop();
  let at = stops.indexOf(from);
  if (at < 0) {
    at = stops.findLastIndex((stop) => stop.getBoundingClientRect().top < 70);
    if (way < 0) at += 1;
  }
  const next = stops[Math.max(0, at + way)];
  if (!next) return false;
  next.querySelector(".ref, h2 a, a").focus({ preventScroll: true });
  next.scrollIntoView({ block: next.matches(".unit") ? "start" : "nearest" });
  return true;
}

function showKeys() {
  const sheet = document.createElement("dialog");
  sheet.className = "keys";
  sheet.setAttribute("aria-labelledby", "keys-head");
  const lines = Object.entries(KEYS).map(([key, { does }]) => `<div><dt><kbd>${key}</kbd></dt><dd>${does}</dd></div>`).join("");
  sheet.innerHTML = `<h2 id="keys-head">按键</h2><dl>${lines}<div><dt><kbd>Esc</kbd></dt><dd>收起菜单和窗口</dd></div></dl>
    <form method="dialog"><label><input type="checkbox"> 停用单键</label><button autofocus>关闭</button></form>`;
  const box = sheet.querySelector("input");
  box.checked = keysAreOff;
  box.addEventListener("change", () => {
    keysAreOff = box.checked;
    try { localStorage.setItem(KEYS_OFF, keysAreOff ? "1" : "0"); } catch { /* on this page only */ }
  });
  sheet.addEventListener("close", () => sheet.remove());
  sheet.addEventListener("click", (event) => { if (event.target === sheet) sheet.close(); });
  document.body.append(sheet);
  sheet.showModal();
  return true;
}

document.querySelector("[data-keys]")?.addEventListener("click", (event) => { event.preventDefault(); showKeys(); });

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

for (const [number, field] of document.querySelectorAll("[data-search], input[data-suggest]").entries()) addSuggestions(field, number);

function addSuggestions(field, number) {
  const form = field.form;
  const source = field.dataset.suggest ?? form.dataset.suggest;
  if (!source) return;
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = `suggestions-${number}`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.dataset.suggest ? "文件" : "检索建议");
  (field.closest("[data-pick]") ?? form).append(list);
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

  // A theme or an agency has a page; words, or the id of a document, go into the field and the form is sent.
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
const siteBase = new URL(document.querySelector(".site-name").href).pathname.replace(/\/$/, "");
tools.innerHTML = '<button type="button">复制链接</button><a>条款页</a><a class="to-cite">引用</a><button type="button" data-tray="">加入比对</button>';

// `y` is where on the screen they belong: under the sign, or under the finger.
function showTools(ref, y = ref.getBoundingClientRect().bottom) {
  tools.querySelector("button").dataset.copy = ref.href;
  tools.querySelector("a").href = ref.href;
  tools.querySelector(".to-cite").href = `${ref.href}#cite`;
  tools.querySelector(".to-kin")?.remove();
  const kin = ref.parentElement.querySelector(":scope > .kin");
  if (kin && !kin.offsetParent) { // no room in the margin
    const link = document.createElement("a");
    link.className = "to-kin";
    link.href = kin.href;
    link.textContent = kin.title;
    tools.append(link);
  }
  const pin = tools.querySelector("[data-tray]");
  pin.dataset.tray = decodeURIComponent(ref.pathname.slice(`${siteBase}/d/`.length));
  pin.dataset.trayLabel = `${text.dataset.province} · ${ref.getAttribute("aria-label").split("：").slice(1).join("：")}`;
  showThemes(ref.dataset.themes);
  document.querySelector(".is-chosen")?.classList.remove("is-chosen");
  ref.parentElement.classList.add("is-chosen");
  if (ref.nextSibling !== tools) ref.after(tools);
  showTray();
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
    link.href = `${siteBase}/themes/${encodeURIComponent(theme.split(" ", 1)[0])}`;
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
  const here = document.querySelector("[data-here]");
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
    const trail = entry ? nameTrail(entry.link) : [];
    now.textContent = trail.join(" › ");
    if (here) {
      here.firstElementChild.textContent = [contents.querySelector(".to-top").textContent, ...trail].join(" › ");
      here.classList.toggle("is-on", Boolean(entry));
    }
    if (!entry) return;
    entry.link.setAttribute("aria-current", "location");
    keepInView(entry.link);
  }

  // The part, the clause: what the entry stands under, and itself.
  function nameTrail(link) {
    const above = link.closest("ol").closest("li")?.querySelector(":scope > a");
    return [...(above ? nameTrail(above) : []), link.textContent.trim().replace(/、\s+/, "、")];
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

// ---- the tray: provisions collected while reading, kept in this browser, opened as an address ----

const MOST_PINNED = 6;

// A browser may refuse storage: then the tray lasts as long as the page.
const tray = {
  kept: [],
  read() {
    try {
      const found = JSON.parse(localStorage.getItem("compare-tray") ?? "[]");
      this.kept = (Array.isArray(found) ? found : []).filter((one) => typeof one?.p === "string" && typeof one?.label === "string").slice(0, MOST_PINNED);
    } catch { /* what there is stays */ }
    return this.kept;
  },
  write(kept) {
    this.kept = kept;
    try {
      localStorage.setItem("compare-tray", JSON.stringify(kept));
    } catch { /* kept on this page only */ }
    showTray();
  },
  path() {
    const query = this.kept.map((one) => `p=${encodeURIComponent(one.p).replaceAll("%2F", "/").replaceAll("%40", "@")}`).join("&");
    return `${siteBase}/compare${query ? `?${query}` : ""}`;
  },
};

const trayBar = document.createElement("div");
trayBar.className = "tray";
trayBar.hidden = true;
trayBar.setAttribute("role", "region");
trayBar.setAttribute("aria-label", "比对篮");
trayBar.innerHTML = '<b></b><span class="says" role="status"></span><a>打开</a><button type="button" data-tray-clear>清空</button>';
document.body.append(trayBar);

function showTray(says = "") {
  const kept = tray.kept;
  const here = document.querySelector("[data-tray-here]"); // the start page lists it
  trayBar.hidden = !kept.length || Boolean(here);
  trayBar.querySelector("b").textContent = `比对篮（${kept.length}）`;
  trayBar.querySelector(".says").textContent = says;
  trayBar.querySelector("a").href = tray.path();
  for (const button of document.querySelectorAll("[data-tray]")) {
    const isIn = kept.some((one) => one.p === button.dataset.tray);
    button.textContent = isIn ? "移出比对" : "加入比对";
    button.setAttribute("aria-pressed", String(isIn));
  }
  if (!here) return;
  here.hidden = !kept.length;
  here.querySelector("[data-tray-open]").href = tray.path();
  here.querySelector("[data-tray-list]").replaceChildren(...kept.map((one) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = `${siteBase}/d/${one.p}`;
    link.textContent = one.label;
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.tray = one.p;
    button.dataset.trayLabel = one.label;
    button.textContent = "移出比对";
    item.append(link, " ", button);
    return item;
  }));
}

function turnTray({ tray: p, trayLabel: label }) {
  const kept = tray.read();
  if (kept.some((one) => one.p === p)) return tray.write(kept.filter((one) => one.p !== p));
  if (kept.length >= MOST_PINNED) return showTray(`最多 ${MOST_PINNED} 条，先移出一条`);
  tray.write([...kept, { p, label }]);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-tray]");
  if (button) turnTray(button.dataset);
  else if (event.target.closest("[data-tray-clear]")) tray.write([]);
  else if (event.target.closest("[data-print]")) print();
});
addEventListener("storage", (event) => { // another window of the site
  if (event.key === "compare-tray") { tray.read(); showTray(); }
});
addEventListener("pageshow", () => { tray.read(); showTray(); });

// On paper a folded table would be missing.
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll(".strips:not([open])")) { folded.open = true; folded.dataset.folded = ""; }
});
addEventListener("afterprint", () => {
  for (const folded of document.querySelectorAll(".strips[data-folded]")) { folded.open = false; delete folded.dataset.folded; }
});

// ---- a link to exactly the words that are selected: see docs/addresses.md; query/anchor.py reads it ----

const LONGEST_WHOLE = 48, END_LENGTH = 12, LEAST_CONTEXT = 6, LONGEST_CONTEXT = 48;
const BLANK = /[\s\x85\x1c-\x1f]+/g;
const NOT_WORDS = ".ref, .kin, .margin-note, .tools, .num.inferred"; // what a page adds to the source's words

if (text?.dataset.pinned) {
  const linker = document.createElement("button");
  linker.type = "button";
  linker.className = "link-words";
  linker.textContent = "链接这些字";
  linker.hidden = true;
  document.body.append(linker);
  let waiting = 0;
  let selected = null;

  document.addEventListener("selectionchange", () => {
    clearTimeout(waiting);
    waiting = setTimeout(offer, 200);
  });

  function offer() {
    selected = readSelection();
    linker.hidden = !selected;
    if (!selected) return;
    linker.textContent = "链接这些字";
    const last = [...selected.getClientRects()].pop() ?? selected.getBoundingClientRect();
    const right = document.documentElement.clientWidth - linker.offsetWidth - 8;
    linker.style.left = `${scrollX + Math.max(8, Math.min(last.right - linker.offsetWidth / 2, right))}px`;
    linker.style.top = `${scrollY + last.bottom + 8}px`;
  }

  linker.addEventListener("pointerdown", (event) => event.preventDefault()); // the selection stays
  linker.addEventListener("click", async () => {
    const address = await addressOf(selected);
    try {
      await writeClipboard(address);
      linker.textContent = "已复制链接";
    } catch {
      location.assign(address); // there it can be taken from the address bar
    }
  });

  // The range from the first to the last character selected within the text; null where there is none.
  function readSelection() {
    const selection = getSelection();
    if (selection.isCollapsed || !selection.rangeCount) return null;
    const range = selection.getRangeAt(0);
    if (!range.intersectsNode(text)) return null;
    const nodes = textNodes(text).filter((node) => range.intersectsNode(node) && slice(node, range).trim());
    if (!nodes.length) return null;
    const [first, last] = [nodes[0], nodes[nodes.length - 1]];
    const trimmed = document.createRange();
    trimmed.setStart(first, first === range.startContainer ? range.startOffset : 0);
    trimmed.setEnd(last, last === range.endContainer ? range.endOffset : last.length);
    return trimmed;
  }

  function textNodes(root) {
    const found = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) if (!walker.currentNode.parentElement.closest(NOT_WORDS)) found.push(walker.currentNode);
    return found;
  }

  function slice(node, range) {
    const start = node === range.startContainer ? range.startOffset : 0;
    return node.data.slice(start, node === range.endContainer ? range.endOffset : node.length);
  }

  function wordsOf(root, range) {
    return textNodes(root).filter((node) => range.intersectsNode(node)).map((node) => slice(node, range)).join("").replace(BLANK, "");
  }

  async function addressOf(range) {
    const inside = range.commonAncestorContainer;
    const element = inside.nodeType === Node.ELEMENT_NODE ? inside : inside.parentElement;
    // A clause is what stays when its paragraphs are counted anew.
    const unit = element.closest(".clause, .article, .box") ?? element.closest(".unit");
    const root = unit && text.contains(unit) ? unit : text;
    const eid = root.id || text.dataset.eid;
    const [before, after] = [document.createRange(), document.createRange()];
    before.setStart(root, 0);
    before.setEnd(range.startContainer, range.startOffset);
    after.setStart(range.endContainer, range.endOffset);
    after.setEnd(root, root.childNodes.length);
    const query = await describe(wordsOf(root, before), wordsOf(root, range), wordsOf(root, after));
    return new URL(`${text.dataset.pinned}${eid ? `/${eid}` : ""}?${query}#quoted`, location.href).href;
  }

  // As much of what stands around the words as tells them apart from the same words elsewhere.
  async function describe(before, words, after) {
    const whole = before + words + after;
    let context = LEAST_CONTEXT;
    const around = () => [before.slice(-context), after.slice(0, context)];
    const count = () => whole.split(around()[0] + words + around()[1]).length - 1;
    while (context < LONGEST_CONTEXT && count() > 1) context *= 2;
    const [prefix, suffix] = around();
    const hash = await hashOf(words);
    const isWhole = words.length <= LONGEST_WHOLE || !hash;
    const pairs = Object.entries({
      quote: isWhole ? words : words.slice(0, END_LENGTH), to: isWhole ? "" : words.slice(-END_LENGTH), prefix, suffix, hash,
    });
    return pairs.filter(([, value]) => value).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  }

  // Browsers offer hashing on secure addresses only; without it the words are given whole.
  async function hashOf(words) {
    if (!globalThis.crypto?.subtle) return "";
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(words));
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, 10);
  }
}
