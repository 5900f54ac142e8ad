/* Opens an HTML report in headless Chromium, as a reader would.
 *
 *   npm install --prefix /tmp/puppeteer puppeteer-core@VERSION
 *   node scripts/check_report.mjs target/measure/report.html /tmp/puppeteer [SCREENSHOTS]
 *
 * First argument: the report; second: where npm put puppeteer-core (.ci/run pins its version); third: a
 * folder for screenshots, in which nothing is written without it. The browser is the one that CHROMIUM names, or
 * `chromium` on the path (Debian's package of that name); none is downloaded.
 *
 * At 1280 and 375 pixels, light and dark: no message on the console, no request beyond the file itself, no
 * script; exactly one picture of each figure is shown and has a size; the page does not scroll sideways; text is
 * not smaller than 12 pixels and stands out from its background; every table has a caption, headers have a scope,
 * headings descend by one. On paper the light pictures are shown. Exit 1 with a line for each failure.
 */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [report, prefix, screenshots] = process.argv.slice(2);
if (!report || !prefix) {
    console.error("usage: node scripts/check_report.mjs REPORT NPM_PREFIX [SCREENSHOTS]");
    process.exit(2);
}
const puppeteer = createRequire(join(resolve(prefix), "package.json"))("puppeteer-core");
const executablePath = execFileSync("sh", ["-c", 'command -v "${CHROMIUM:-chromium}"'], { encoding: "utf8" }).trim();

const failures = [];
const check = (where, condition, message) => {
    if (!condition) failures.push(`${where}: ${message}`);
};

/* What the page says of itself; runs in the page. */
const inspect = () => {
    const shown = (element) => element.getClientRects().length > 0;
    const luminance = (colour) => {
        const [r, g, b] = colour.match(/[\d.]+/g).map((c) => {
            const x = Number(c) / 255;
            return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const background = (element) => {
        for (let e = element; e; e = e.parentElement) {
            const colour = getComputedStyle(e).backgroundColor;
            if (!/^rgba\(.*, 0\)$|transparent/.test(colour)) return colour;
        }
        return "rgb(255, 255, 255)";
    };
    const small = [];
    const faint = [];
    for (const element of document.querySelectorAll("h1, h2, p, dt, dd, li, a, th, td, caption, figcaption, code")) {
        if (!shown(element) || !element.textContent.trim()) continue;
        const style = getComputedStyle(element);
        if (parseFloat(style.fontSize) < 12) small.push(element.textContent.slice(0, 40));
        const [a, b] = [luminance(style.color), luminance(background(element))];
        if ((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5) faint.push(element.textContent.slice(0, 40));
    }
    const headings = [...document.querySelectorAll("h1, h2, h3, h4")].map((h) => Number(h.tagName[1]));
    return {
        figures: [...document.querySelectorAll("figure")].map((figure) => ({
            caption: figure.querySelector("figcaption")?.textContent.trim() ?? "",
            pictures: [...figure.querySelectorAll("svg")].filter(shown).map((svg) => {
                const box = svg.getBoundingClientRect();
                const parts = [...svg.querySelectorAll("path, polygon, polyline, rect, circle, line, text")];
                return {
                    width: box.width,
                    height: box.height,
                    right: box.right,
                    parts: parts.length,
                    theme: svg.closest(".dark") ? "dark" : "light",
                    named: Boolean(svg.querySelector("title")?.textContent && svg.getAttribute("role") === "img"),
                };
            }),
        })),
        tables: [...document.querySelectorAll("table")].map((table) => ({
            caption: table.caption?.textContent.trim() ?? "",
            scoped: [...table.querySelectorAll("th")].every((th) => ["row", "col"].includes(th.scope)),
        })),
        headings,
        ids: [...document.querySelectorAll("[id]")].map((e) => e.id),
        broken: [...document.querySelectorAll("a[href^='#']")]
            .map((a) => a.getAttribute("href").slice(1))
            .filter((id) => !document.getElementById(id)),
        scripts: document.scripts.length,
        overflow: document.scrollingElement.scrollWidth - document.documentElement.clientWidth,
        small,
        faint,
        text: document.body.innerText,
    };
};

const profile = mkdtempSync(join(tmpdir(), "check-report-"));
const browser = await puppeteer.launch({
    executablePath,
    headless: true,
    userDataDir: profile,
    args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ],
});
let figures = 0;
let tables = 0;
try {
    console.log(`${await browser.version()}, ${report}, ${statSync(report).size} bytes`);
    if (screenshots) mkdirSync(screenshots, { recursive: true });
    const url = pathToFileURL(resolve(report)).href;
    for (const [width, height] of [
        [1280, 900],
        [375, 812],
    ]) {
        for (const theme of ["light", "dark"]) {
            const where = `${width} px, ${theme}`;
            const page = await browser.newPage();
            page.on("console", (m) => check(where, false, `console ${m.type()}: ${m.text()}`));
            page.on("pageerror", (e) => check(where, false, `error: ${e.message}`));
            page.on("requestfailed", (r) => check(where, false, `failed request: ${r.url()}`));
            page.on("request", (r) => check(where, r.url() === url || r.url() === "data:,", `request: ${r.url()}`));
            await page.setViewport({ width, height, deviceScaleFactor: width < 500 ? 2 : 1 });
            await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
            await page.goto(url, { waitUntil: "load" });
            const seen = await page.evaluate(inspect);
            ({ length: figures } = seen.figures);
            ({ length: tables } = seen.tables);
            check(where, figures > 0, "no figure");
            for (const { caption, pictures } of seen.figures) {
                check(where, caption, "a figure without a caption");
                check(where, pictures.length === 1, `${pictures.length} pictures shown of "${caption}"`);
                for (const p of pictures) {
                    check(where, p.width > 200 && p.height > 100, `${p.width} × ${p.height}: "${caption}"`);
                    check(where, p.right <= width, `beyond the page: "${caption}"`);
                    check(where, p.parts > 5, `an empty picture: "${caption}"`);
                    check(where, p.theme === theme, `a ${p.theme} picture: "${caption}"`);
                    check(where, p.named, `a picture without a name: "${caption}"`);
                }
            }
            check(where, tables > 0, "no table");
            for (const table of seen.tables) {
                check(where, table.caption, "a table without a caption");
                check(where, table.scoped, `a header without a scope in "${table.caption}"`);
            }
            check(where, seen.headings[0] === 1, "the first heading is not h1");
            seen.headings.slice(1).forEach((level, i) =>
                check(where, level > 1 && level <= seen.headings[i] + 1, `heading ${i + 2} is h${level}`),
            );
            check(where, new Set(seen.ids).size === seen.ids.length, "an id occurs twice");
            check(where, seen.broken.length === 0, `links to nowhere: ${seen.broken}`);
            check(where, seen.scripts === 0, "there is a script");
            check(where, seen.overflow <= 0, `scrolls sideways by ${seen.overflow} px`);
            check(where, seen.small.length === 0, `text below 12 px: ${seen.small.slice(0, 3).join(" | ")}`);
            check(where, seen.faint.length === 0, `text too faint: ${seen.faint.slice(0, 3).join(" | ")}`);
            check(where, !/NaN|undefined|\binf\b/.test(seen.text), "a number that is none");
            if (screenshots) {
                const file = join(screenshots, `report-${width}-${theme}.png`);
                await page.screenshot({ path: file, fullPage: true });
                await page.screenshot({ path: join(screenshots, `report-${width}-${theme}-top.png`) });
            }
            if (width > 500 && theme === "dark") {
                await page.emulateMediaType("print");
                const printed = await page.evaluate(inspect);
                for (const { caption, pictures } of printed.figures) {
                    const light = pictures.length === 1 && pictures[0].theme === "light";
                    check("print", light, `not light on paper: "${caption}"`);
                }
                if (screenshots) await page.pdf({ path: join(screenshots, "report.pdf"), format: "A4" });
            }
            if (screenshots && width > 500 && theme === "light") {
                await page.setViewport({ width: 840, height: 1160 });
                await page.screenshot({ path: join(screenshots, "report-first-page.png") });
            }
            await page.close();
        }
    }
} finally {
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
}

for (const failure of failures) console.error(failure);
console.log(`${figures} figures and ${tables} tables at 2 widths in 2 themes, ${failures.length} failures`);
process.exit(failures.length ? 1 : 0);
