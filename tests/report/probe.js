// Added to a copy of the report by the browser test: looks for errors, pictures and overlapping text, and reports to the
// page that holds this one in a frame.
(() => {
  const errors = [];
  window.addEventListener("error", (e) => errors.push(String(e.message)));

  const boxes = (elements) =>
    elements
      .map((e) => {
        const r = e.getBoundingClientRect();
        // A hair of slack: boxes of text include room for accents that no glyph uses.
        return { e, left: r.left + 1, right: r.right - 1, top: r.top + 2, bottom: r.bottom - 2 };
      })
      .filter((b) => b.right > b.left && b.bottom > b.top);

  const overlaps = (list) => {
    const found = [];
    for (let i = 0; i < list.length; ++i)
      for (let j = i + 1; j < list.length; ++j) {
        const a = list[i], b = list[j];
        if (a.e.contains(b.e) || b.e.contains(a.e)) continue;
        if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
          found.push(`'${a.e.textContent.trim().slice(0, 40)}' over '${b.e.textContent.trim().slice(0, 40)}'`);
      }
    return found;
  };

  // Contrast ratio after WCAG 2.1.
  const luminance = (color) => {
    const [r, g, b] = color.match(/[\d.]+/g).slice(0, 3).map((v) => {
      const c = Number(v) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const color = getComputedStyle(e).backgroundColor;
      if (color !== "rgba(0, 0, 0, 0)") return color;
    }
    return "rgb(255, 255, 255)";
  };

  const measure = () => {
    const result = { width: window.innerWidth, errors, overlaps: [], outside: [], empty: [], faint: [] };
    const svgs = [...document.querySelectorAll("svg")];
    result.svgs = svgs.length;
    result.plots = document.querySelectorAll("svg.plot").length;
    for (const svg of svgs) {
      const frame = svg.getBoundingClientRect();
      const texts = boxes([...svg.querySelectorAll("text")].filter((t) => t.textContent.trim() !== ""));
      result.overlaps.push(...overlaps(texts));
      for (const t of texts)
        if (contrast(getComputedStyle(t.e).fill, ground(svg)) < 4.5) result.faint.push(t.e.textContent.trim());
      for (const t of texts)
        if (t.left < frame.left - 2 || t.right > frame.right + 2 || t.top < frame.top - 3 || t.bottom > frame.bottom + 3)
          result.outside.push(t.e.textContent.trim());
      if (svg.querySelectorAll("path,rect,polygon,use,circle").length < 5) result.empty.push(svg.getAttribute("aria-label"));
    }
    const blocks = "h1,h2,h3,p,li,td,th,caption,summary";
    result.overlaps.push(...overlaps(boxes([...document.querySelectorAll(blocks)].filter((e) => e.checkVisibility()))));
    for (const e of document.querySelectorAll("p,li,td,th,figcaption,code,a,.badge,.note,.big"))
      if (contrast(getComputedStyle(e).color, ground(e)) < 4.5) result.faint.push(e.textContent.trim().slice(0, 40));
    // Only regions made for it may scroll sideways.
    result.page_overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    result.headings = [...document.querySelectorAll("h1,h2,h3")].map((h) => Number(h.tagName[1]));
    result.unnamed = [...document.querySelectorAll("svg.plot,.wide,.scroll,nav")].filter(
      (e) => !e.getAttribute("aria-label")).length;
    result.uncaptioned = [...document.querySelectorAll("table")].filter((t) => !t.caption).length;
    const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
    result.repeated_ids = ids.length - new Set(ids).size;
    const colors = getComputedStyle(document.body);
    result.background = colors.backgroundColor;
    result.foreground = colors.color;
    window.parent.postMessage(JSON.stringify(result), "*");
  };
  window.addEventListener("load", () => setTimeout(measure, 50));
})();
