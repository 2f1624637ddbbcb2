// What all pages share: asking the app with the session's token, saying what came of it, and menus that close.

/** The token that shows that a page of this session asks. */
export const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

/** Ask a route of the app; gives its JSON, and throws an Error that says what was wrong. */
export async function ask(method, address, body, headers = {}) {
  const answer = await fetch(address, {
    method,
    headers: {
      accept: "application/json",
      ...(method === "GET" ? {} : { "x-csrf-token": token() }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (answer.status === 401) {
    const here = location.pathname + location.search;
    location.assign(`/dashboard/sign-in?next=${encodeURIComponent(here)}`);
  }
  const found = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw new Error(`${found.title}. ${found.detail}`);
  return found;
}

/** Say to everyone, screen readers too, what came of something; `kind` is "done" or "fault". */
export function say(text, kind = "done") {
  const notice = document.getElementById("notice");
  notice.className = `notice is-${kind}`;
  notice.textContent = text;
}

const menus = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("click", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A filter that is chosen is asked for at once; without this script its form has a button.
for (const form of document.querySelectorAll("form[data-at-once]")) {
  form.classList.add("is-at-once");
  form.addEventListener("change", () => form.requestSubmit());
}
