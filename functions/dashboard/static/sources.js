// While a stream is read, the page follows it; without this script, loading the page again shows as much.
import { ask, say } from "./site.js";

const EVERY = 2000;
const PATIENCE = 15;
const place = document.getElementById("sources");
const number = new Intl.NumberFormat(navigator.languages);

const rowOf = (source, stream) => place.querySelector(`[data-stream="${CSS.escape(source.name)}/${CSS.escape(stream.stream)}"]`);

function show(row, stream) {
  const state = row.querySelector("[data-state]");
  const progress = row.querySelector("[data-progress]");
  if (!stream.is_pulling) {
    progress.replaceChildren();
    return;
  }
  const badge = document.createElement("span");
  badge.className = "badge is-held";
  badge.textContent = "Reading";
  state.replaceChildren(badge);
  row.querySelector(".problem")?.remove();
  const its = stream.progress;
  if (!its) return;
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", "Progress");
  let words = `${number.format(its.records)} records`;
  if (its.remaining !== null) {
    const all = its.records + its.remaining;
    if (all) Object.assign(bar, { max: all, value: its.records });
    words = `${number.format(its.records)} of about ${number.format(all)} records`;
  }
  const text = document.createElement("span");
  text.className = "fine";
  text.textContent = words;
  progress.replaceChildren(bar, text);
}

const marks = (sources) =>
  sources.flatMap((source) => source.streams.map((each) => `${each.last_success_at} ${each.problem_at}`)).join();

/** Follow the streams until none is read any more, then load the page as it is now. */
async function watch() {
  let before = null;
  let began = false;
  for (let idle = 0; idle < PATIENCE; ) {
    let sources;
    try {
      ({ sources } = await ask("GET", place.dataset.sources));
    } catch (error) {
      say(error.message, "fault");
      return;
    }
    const reading = sources.flatMap((source) => source.streams).filter((each) => each.is_pulling);
    for (const source of sources) {
      for (const stream of source.streams) {
        const row = rowOf(source, stream);
        if (row) show(row, stream);
      }
    }
    const now = marks(sources);
    const moved = before !== null && now !== before;
    before ??= now;
    began ||= reading.length > 0 || moved;
    if (began && !reading.length) {
      const address = new URL(location.href);
      address.searchParams.delete("done");
      if (!place.querySelector("details[open]")) location.replace(address);
      return;
    }
    idle = reading.length ? 0 : idle + 1;
    await new Promise((later) => setTimeout(later, EVERY));
  }
}

if (place && "watch" in place.dataset) watch();
