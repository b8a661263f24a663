"use strict";
// The playground without reloads: the page is fetched again every second, and what changed is put in its
// place. Without this script forms post and the page comes anew.
(() => {
  // What an SMS costs: as channels/sms counts, which a test compares.
  const basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
  const extension = "\f^{}\\[~]|€";
  const septets = c => basic.includes(c) ? 1 : extension.includes(c) ? 2 : 0;
  const count = text => {
    const characters = [...text];
    const gsm = characters.every(c => septets(c) > 0);
    const [single, part] = gsm ? [160, 153] : [70, 67];
    let total = 0, segments = 0, used = part;
    for (const c of characters) {
      const cost = gsm ? septets(c) : c.length;
      total += cost;
      if (used + cost > part) { segments++; used = 0; }
      used += cost;
    }
    const one = total <= single;
    return {
      n: one ? Math.min(total, 1) : segments, encoding: gsm ? "GSM-7" : "UCS-2", left: one ? single - total : part - used,
    };
  };
  const showCounts = () => {
    for (const out of document.querySelectorAll("output[data-count]")) {
      const field = document.getElementById(out.htmlFor.value);
      const c = count(field.value);
      out.textContent = out.dataset.count.replace("{n}", c.n).replace("{encoding}", c.encoding).replace("{left}", c.left);
      out.classList.toggle("many", c.n > 1);
    }
  };

  // What the server last said of each part, to find what is new: the person may have changed what stands
  // there, by opening a mail.
  const sources = new WeakMap();
  const sourceOf = part => part.dataset.state ?? part.innerHTML; // a part with a state is a form that may be half filled in
  let problemUntil = 0; // a refusal is left to be read
  const remember = root => {
    for (const part of root.querySelectorAll("[data-live]")) {
      sources.set(part, sourceOf(part));
      if ("list" in part.dataset) for (const item of part.children) sources.set(item, item.outerHTML);
    }
  };
  const adopt = (item, source) => { sources.set(item, source); return item; };

  const renewList = (old, fresh) => {
    const known = new Map([...old.children].map(item => [item.id, item]));
    const items = [...fresh.children].map(item => {
      const source = item.outerHTML, had = known.get(item.id);
      if (had) had.classList.remove("new");
      if (had && sources.get(had) === source) return had;
      const opened = had && had.querySelector("details");
      const details = item.querySelector("details");
      if (opened && details) details.open = opened.open;
      if (!had) item.classList.add("new");
      return adopt(item, source);
    });
    old.replaceChildren(...items);
  };
  const renew = fresh => {
    for (const old of document.querySelectorAll("[data-live]")) {
      const part = fresh.querySelector(`[data-live="${old.dataset.live}"]`);
      if (!part || sources.get(old) === sourceOf(part)) continue;
      if (old.dataset.live === "problem") {
        if (part.childElementCount) problemUntil = Date.now() + 8000;
        else if (Date.now() < problemUntil) continue;
      }
      const source = sourceOf(part);
      if ("list" in old.dataset) renewList(old, part);
      else {
        const focus = old.contains(document.activeElement) ? document.activeElement.id : "", value = old.value;
        old.replaceChildren(...part.childNodes);
        if (old.tagName === "SELECT") old.value = value;
        if (focus) document.getElementById(focus)?.focus();
      }
      sources.set(old, source);
    }
  };

  const gone = document.getElementById("gone");
  let turn = 0; // an answer that was asked for before a newer one is thrown away
  const ask = async (address, options = {}) => {
    const mine = ++turn;
    try {
      const answer = await fetch(address, { ...options, headers: { "X-Playground": "live" } });
      const text = await answer.text();
      if (gone) gone.hidden = true;
      if (mine === turn && answer.ok) renew(new DOMParser().parseFromString(text, "text/html"));
      return answer.ok && !answer.url.includes("problem=");
    } catch {
      if (gone) gone.hidden = false;
      return false;
    }
  };

  const clear = form => {
    for (const field of form.querySelectorAll("textarea, input[name=subject]")) field.value = "";
    for (const box of form.querySelectorAll("details")) box.open = false;
    const none = form.querySelector("input[name=attach][value='']");
    if (none) none.checked = true;
    const upload = form.querySelector("input[type=file]");
    if (upload) upload.value = "";
    const reply = form.querySelector("select[name=reply]");
    if (reply) reply.value = "";
  };
  const busy = new Set(); // forms under way: a second press of the same one says nothing new
  document.addEventListener("submit", async e => {
    const form = e.target.closest("form[data-send]");
    if (!form) return;
    e.preventDefault();
    const sent = form.querySelector("[data-fills=text]")?.value;
    const body = new FormData(form, e.submitter);
    const name = form.action + " " + (body.get("name") ?? "");
    if (busy.has(name)) return;
    busy.add(name);
    const ok = await ask(form.action, { method: "POST", body });
    busy.delete(name);
    if (!ok || sent === undefined) return;
    clear(form);
    const screen = form.closest(".device")?.querySelector(".screen");
    if (screen) screen.scrollTop = 0; // where the newest is, on every device
    // An example lay ready on every device; on the others it is not wanted any more.
    for (const field of document.querySelectorAll("[data-fills=text]")) if (field.value === sent) clear(field.form);
    showCounts();
  });
  for (const field of document.querySelectorAll("[data-fills=text]")) field.addEventListener("keydown", e => {
    if (e.key === "Enter" && !e.shiftKey && !e.isComposing && field.form.dataset.part !== "mail") { e.preventDefault(); field.form.requestSubmit(); }
  });
  for (const link of document.querySelectorAll("a[data-text]")) link.addEventListener("click", e => {
    e.preventDefault();
    for (const field of document.querySelectorAll("[data-fills]")) field.value = link.dataset[field.dataset.fills];
    showCounts();
  });
  document.addEventListener("input", showCounts);

  remember(document);
  showCounts();
  if (document.querySelector("[data-live=problem] p")) problemUntil = Date.now() + 8000;
  const here = new URL(location.href);
  here.hash = "";
  here.searchParams.delete("try");
  here.searchParams.delete("problem");
  const look = async () => {
    if (!document.hidden && busy.size === 0) await ask(here);
    setTimeout(look, 1000);
  };
  if (document.querySelector("[data-live]")) setTimeout(look, 1000);
})();
