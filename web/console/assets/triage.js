// The triage page by keys. Without this script every step is a form or a link; with it the next report comes
// into the same page, so that the focus stays, and what was done is read out.
"use strict";
(() => {
	const off = "tanggap.keys.off";
	const part = document.getElementById("triage");
	const result = document.getElementById("result");
	const dialog = document.getElementById("keys");
	const uses = document.getElementById("keys-on");
	let busy = false;

	const stored = () => { try { return localStorage.getItem(off); } catch { return null; } };
	const reveal = () => {
		for (const e of document.querySelectorAll(".scripted")) e.hidden = e.matches("kbd") && !uses.checked;
	};

	// show puts the page of an answer in the place of this one.
	const show = async (answer) => {
		const page = new DOMParser().parseFromString(await answer.text(), "text/html");
		const next = page.getElementById("triage");
		if (!answer.ok || !next) {
			location.assign(answer.redirected ? answer.url : location.href); // signed out, or trouble: the server says it
			return;
		}
		part.replaceChildren(...next.childNodes);
		result.textContent = page.getElementById("result").textContent;
		history.replaceState(null, "", answer.url);
		reveal();
		const found = part.querySelector(".found button");
		(found || document.getElementById("case")).focus({ preventScroll: !!found });
		if (!found) scrollTo(0, 0);
	};

	// go asks for the next page; one at a time, so that no key acts on a report that nobody has seen.
	const go = async (address, form) => {
		if (busy) return;
		busy = true;
		part.setAttribute("aria-busy", "true");
		try {
			await show(await fetch(address, form && { method: "POST", body: form }));
		} catch {
			location.reload();
		} finally {
			busy = false;
			part.removeAttribute("aria-busy");
		}
	};

	part.addEventListener("submit", (e) => {
		e.preventDefault();
		const fields = new URLSearchParams(new FormData(e.target, e.submitter));
		if (e.target.method === "post") go(e.target.action, fields);
		else go(new URL("?" + fields, e.target.action));
	});
	part.addEventListener("click", (e) => {
		const link = e.target.closest("a[data-key]:not([data-leave])");
		if (!link || e.button || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
		e.preventDefault();
		go(link.href);
	});

	document.addEventListener("keydown", (e) => {
		if (e.ctrlKey || e.metaKey || e.altKey || e.repeat || e.isComposing || dialog.open) return;
		if (e.target.closest("input:not([type=checkbox]), textarea, select")) {
			if (e.key === "Escape") document.getElementById("case").focus();
			return;
		}
		if (!uses.checked || busy) return;
		if (e.key === "?") dialog.showModal();
		else if (e.key === "/") document.getElementById("q")?.focus();
		else {
			const on = part.querySelector(`[data-key="${CSS.escape(e.key.toLowerCase())}"]`);
			if (!on || on.disabled) return;
			on.click();
		}
		e.preventDefault();
	});

	document.getElementById("keys-button").addEventListener("click", () => dialog.showModal());
	uses.addEventListener("change", () => {
		try { uses.checked ? localStorage.removeItem(off) : localStorage.setItem(off, "1"); } catch { /* for this visit */ }
		reveal();
	});
	uses.checked = stored() === null;
	reveal();
})();
