// A new key can be copied at once; without this script its reader marks it and copies it.
import { say } from "./site.js";

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      say("The key is copied.");
    } catch {
      say("The browser does not let it be copied: mark it and copy it by hand.", "fault");
    }
  });
}
