// Puts carebot into another page: <script src="https://.../static/embed.js" data-language="es" async></script>
// adds a button, and the chat in a frame once it is pressed. The page around can read nothing of what is said in it.

(() => {
  const LABELS = {
    en: { open: "Kaiser strike: questions?", close: "Close", title: "carebot: questions about the Kaiser strikes" },
    es: { open: "Huelga en Kaiser: ¿preguntas?", close: "Cerrar", title: "carebot: preguntas sobre las huelgas en Kaiser" },
  };
  const NEUTRAL_PAGE = "https://www.google.com/";
  const script = document.currentScript;
  const home = new URL("/", script.src);
  const asked = script.dataset.language || document.documentElement.lang.slice(0, 2);
  const language = asked in LABELS ? asked : "en";
  const labels = LABELS[language];
  let panel = null;

  // Set one by one and not as an attribute, so that a page with a strict Content-Security-Policy may use it.
  function dress(node, style) {
    Object.assign(node.style, style);
    return node;
  }

  function makeButton(words, act) {
    const button = dress(document.createElement("button"), {
      minHeight: "44px", padding: "8px 16px", border: "2px solid #ffffff", borderRadius: "12px", background: "#0b5c6b",
      color: "#ffffff", font: "600 16px/1.3 system-ui, sans-serif", cursor: "pointer",
    });
    button.type = "button";
    button.textContent = words;
    button.addEventListener("click", act);
    return button;
  }

  function makePanel() {
    const made = dress(document.createElement("div"), {
      position: "fixed", right: "0", bottom: "0", zIndex: "2147483647", width: "min(440px, 100vw)",
      height: "min(720px, 100vh)", display: "flex", flexDirection: "column", background: "#ffffff",
      border: "1px solid #6d7c80", boxSizing: "border-box",
    });
    made.setAttribute("role", "dialog");
    made.setAttribute("aria-label", labels.title);
    const close = dress(makeButton(labels.close, hide), { borderRadius: "0" });
    const frame = dress(document.createElement("iframe"), { flex: "1", width: "100%", border: "0" });
    frame.title = labels.title;
    frame.allow = "clipboard-write; web-share";
    frame.src = `${home.href}?lang=${language}`;
    made.append(close, frame);
    made.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
    document.body.append(made);
    return made;
  }

  function show() {
    panel ??= makePanel();
    panel.style.display = "flex";
    launcher.hidden = true;
    panel.querySelector("button").focus();
  }

  function hide() {
    panel.style.display = "none";
    launcher.hidden = false;
    launcher.focus();
  }

  const launcher = dress(makeButton(labels.open, show), {
    position: "fixed", right: "16px", bottom: "16px", zIndex: "2147483647",
  });
  launcher.lang = language;

  window.addEventListener("message", (event) => {
    // Only our own frame may send the page away.
    const frame = panel?.querySelector("iframe");
    if (event.origin === home.origin && event.source === frame?.contentWindow && event.data === "carebot:leave") {
      location.replace(NEUTRAL_PAGE);
    }
  });
  const start = () => document.body.append(launcher);
  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start);
})();
