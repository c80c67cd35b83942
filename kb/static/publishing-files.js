// Pictures and documents: pasted, dropped or chosen, stored beside the procedure.
"use strict";

window.kbWriting = window.kbWriting ?? {};

(() => {
  const files = (form, area, say, token) => {
    const store = async (file) => {
      if (file.size > Number(form.dataset.most) * 1024 * 1024) {
        return say(`${file.name || "The picture"} is too large: at most ${form.dataset.most} MB.`, true);
      }
      const sent = new FormData();
      sent.append("csrf_token", token());
      const department = form.querySelector("[name=department]");
      if (department) sent.append("department", department.value);
      sent.append("file", file, file.name || "picture.png");
      say(`Storing ${file.name || "the picture"} …`);
      try {
        const answer = await fetch(form.dataset.files, {
          method: "POST",
          body: sent,
          headers: { "X-Wants": "piece" },
        });
        if (answer.status === 401) return say("You are signed out: sign in again, then add it once more.", true);
        const told = await answer.json();
        if (told.problem) return say(told.problem, true);
        kbWriting.text.picture(area, told.markdown);
        say(`${file.name || "The picture"} is stored beside the procedure.`);
      } catch {
        say("It could not be stored: is the network there?", true);
      }
    };

    const all = async (list) => {
      for (const file of list) await store(file);
    };

    area.addEventListener("paste", (event) => {
      const pasted = [...(event.clipboardData?.files ?? [])];
      if (!pasted.length || event.clipboardData.getData("text/plain")) return;
      event.preventDefault();
      all(pasted);
    });
    area.addEventListener("dragover", (event) => {
      if ([...event.dataTransfer.types].includes("Files")) {
        event.preventDefault();
        area.classList.add("w-over");
      }
    });
    area.addEventListener("dragleave", () => area.classList.remove("w-over"));
    area.addEventListener("drop", (event) => {
      area.classList.remove("w-over");
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      all([...event.dataTransfer.files]);
    });
    const chooser = form.querySelector("#w-file");
    chooser.addEventListener("change", async () => {
      await all([...chooser.files]);
      chooser.value = "";
    });
    return () => chooser.click();
  };

  kbWriting.files = files;
})();
