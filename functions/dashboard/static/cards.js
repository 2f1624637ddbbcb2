// The page of a card: rows open in place, filters and changes come without a new page, rows are chosen together.
// All of it is links and forms that work by themselves; this only keeps the place and the focus.
import { say } from "./site.js";

const page = document.getElementById("page");
/** What of the address the page shows: a link within the page changes only what stands behind it. */
let shown = location.search;
let asked = 0;
const chosen = () => [...page.querySelectorAll('input[name="ids"]:checked')];

async function fetched(address, options = {}) {
  const answer = await fetch(address, { ...options, headers: { accept: "text/html", ...(options.headers ?? {}) } });
  const found = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = found.getElementById("page");
  if (!fresh) throw Object.assign(new Error(found.querySelector("h1")?.textContent ?? answer.statusText), { answer });
  return { fresh, address: answer.url };
}

/** Put parts of a fetched page in the place of those that stand here. */
function swap(fresh, selector) {
  const here = page.querySelector(selector);
  const there = fresh.querySelector(selector);
  if (here && there) here.replaceWith(document.adoptNode(there));
}

/** Show a fetched page in the place of this one; `ids` are the rows that stay chosen. */
function all(fresh, ids = []) {
  const place = page.querySelector(".rows-scroll");
  const [top, left] = [place?.scrollTop ?? 0, place?.scrollLeft ?? 0];
  page.replaceChildren(...document.adoptNode(fresh).childNodes);
  const now = page.querySelector(".rows-scroll");
  if (now) [now.scrollTop, now.scrollLeft] = [top, left];
  for (const box of page.querySelectorAll('input[name="ids"]')) box.checked = ids.includes(box.value);
  ready();
}

function remember(address) {
  const url = new URL(address, location.href);
  if (url.href !== location.href) history.pushState({ card: true }, "", url);
  shown = location.search;
}

async function working(address, options, then) {
  const mine = ++asked;
  page.classList.add("is-working");
  page.setAttribute("aria-busy", "true");
  try {
    const found = await fetched(address, options);
    // Who asks again before the answer is there wants the last one.
    if (mine === asked || options) then(found);
  } catch (error) {
    if (!options?.method) location.assign(address);
    else say(`${error.message}. Load the page again to see how the rows stand.`, "fault");
  } finally {
    if (mine === asked) {
      page.classList.remove("is-working");
      page.removeAttribute("aria-busy");
    }
  }
}

/** Open or close a row in place: only its own two lines change. */
function turn(link) {
  const row = link.closest("tr");
  const id = row.dataset.row;
  return working(link.href, undefined, ({ fresh }) => {
    for (const old of page.querySelectorAll(".detail-row, .detail.alone")) old.remove();
    const opener = fresh.querySelectorAll("tr[data-row]");
    for (const there of opener) {
      const here = document.getElementById(there.id);
      if (!here) continue;
      here.className = there.className;
      here.querySelector(".open-cell").replaceWith(document.adoptNode(there.querySelector(".open-cell")));
    }
    const detail = fresh.querySelector(".detail-row");
    if (detail) row.after(document.adoptNode(detail));
    swap(fresh, "#bulk");
    remember(link.href);
    count();
    document.getElementById(`row-${id}`)?.querySelector(".opener")?.focus();
  });
}

function follow(address, focus) {
  return working(address, undefined, ({ fresh }) => {
    all(fresh, chosen().map((box) => box.value));
    remember(address);
    page.querySelector(focus)?.focus({ preventScroll: true });
    const heading = document.getElementById("rows-title");
    if (heading) document.getElementById("outcome").textContent = heading.textContent;
    window.setTimeout(() => { const told = document.getElementById("outcome"); if (told && !told.children.length) told.textContent = ""; }, 2000);
  });
}

function send(form, button) {
  const body = new URLSearchParams(new FormData(form, button));
  // `form.action` would be the buttons of that name.
  return working(form.getAttribute("action"), { method: "POST", body }, ({ fresh }) => {
    const text = fresh.querySelector("#outcome");
    all(fresh);
    // A live region tells what changes in it, not what it came with.
    const region = page.querySelector("#outcome");
    const told = [...(text ?? region).childNodes];
    region.replaceChildren();
    window.requestAnimationFrame(() => region.replaceChildren(...told));
    region.scrollIntoView({ block: "nearest" });
  });
}

function count() {
  const label = document.getElementById("bulk-count");
  if (!label) return;
  const number = chosen().length;
  const areAll = page.querySelector('#bulk input[name="all"]')?.checked;
  document.getElementById("bulk").classList.toggle("is-idle", !number && !areAll);
  label.textContent = areAll ? "All rows chosen" : number ? `${number} ${number === 1 ? "row" : "rows"} chosen` : "Choose rows to change";
  const pick = document.getElementById("pick-all");
  const every = page.querySelectorAll('input[name="ids"]').length;
  pick.checked = number > 0 && number === every;
  pick.indeterminate = number > 0 && number < every;
}

function ready() {
  const pick = document.getElementById("pick-all");
  if (pick) pick.hidden = false;
  count();
}

let last;
page?.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.button) return;
  const box = event.target.closest('input[name="ids"]');
  if (box) {
    const boxes = [...page.querySelectorAll('input[name="ids"]')];
    if (event.shiftKey && last && boxes.includes(last)) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const each of boxes.slice(from, to + 1)) each.checked = box.checked;
    }
    last = box;
    count();
    return;
  }
  if (event.shiftKey) return;
  const link = event.target.closest("a");
  if (link) {
    const url = new URL(link.href, location.href);
    if (link.target || link.hasAttribute("download") || url.pathname !== location.pathname) return;
    if (url.search === location.search && url.hash) return;
    event.preventDefault();
    if (link.matches(".opener")) turn(link);
    else follow(link.href, "#rows");
    return;
  }
  const row = event.target.closest("tr[data-row]");
  const isWork = event.target.closest("input, button, label, summary, select") || String(getSelection());
  if (row && !isWork) turn(row.querySelector(".opener"));
});

page?.addEventListener("change", (event) => {
  if (event.target.id === "pick-all") {
    for (const each of page.querySelectorAll('input[name="ids"]')) each.checked = event.target.checked;
    count();
  }
  if (event.target.name === "all") count();
  if (event.target.matches(".filters select, .filters .check input")) event.target.form.requestSubmit();
});

page?.addEventListener("submit", (event) => {
  const form = event.target;
  event.preventDefault();
  if (form.matches(".filters")) {
    const asked = [...new FormData(form)].filter(([, value]) => String(value).trim());
    const query = new URLSearchParams(asked).toString();
    follow(`${location.pathname}${query ? `?${query}` : ""}`, `#${document.activeElement.id || "rows"}`);
  } else {
    send(form, event.submitter);
  }
});

window.addEventListener("popstate", () => {
  if (page && location.search !== shown) follow(location.href, "#rows");
});
if (page) ready();
