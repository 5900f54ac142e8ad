/* Renders every formula of the built documentation with KaTeX, as a browser would.
 *
 *   RUSTDOCFLAGS="--html-in-header docs/katex-header.html" cargo doc --no-deps --all-features
 *   npm install --prefix /tmp/katex katex@0.19.1
 *   node scripts/check_katex.mjs target/doc/alignment_tax /tmp/katex
 *
 * First argument: the documentation; second: where npm put KaTeX. Text nodes are
 * searched for $$ … $$ and $ … $ outside code, as auto-render does. Exit 1 if KaTeX
 * rejects or warns about a formula, if rustdoc's markdown has put an element (such as
 * <em>) inside one or eaten a backslash, or if a $ has no partner. Places are those of
 * src/, looked up by the formula's text.
 */

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [docs, prefix] = process.argv.slice(2);
if (!docs || !prefix) {
    console.error("usage: node scripts/check_katex.mjs DOCUMENTATION NPM_PREFIX");
    process.exit(2);
}
const katex = createRequire(join(resolve(prefix), "package.json"))("katex");
const root = join(dirname(fileURLToPath(import.meta.url)), "..");

const header = readFileSync(join(root, "docs/katex-header.html"), "utf8");
const pinned = [...new Set([...header.matchAll(/katex@([0-9]+\.[0-9]+\.[0-9]+)/g)].map((m) => m[1]))];
if (pinned.length !== 1 || pinned[0] !== katex.version) {
    console.error(`docs/katex-header.html pins KaTeX ${pinned}, installed is ${katex.version}`);
    process.exit(1);
}

const files = (folder, suffix) =>
    readdirSync(folder, { recursive: true })
        .map((name) => join(folder, name.toString()))
        .filter((name) => name.endsWith(suffix))
        .sort();

const decode = (text) =>
    text
        .replace(/&lt;/g, "<")
        .replace(/&gt;/g, ">")
        .replace(/&quot;/g, '"')
        .replace(/&#(x?)([0-9a-f]+);/gi, (_, hex, n) => String.fromCodePoint(parseInt(n, hex ? 16 : 10)))
        .replace(/&nbsp;/g, "\u00a0")
        .replace(/&amp;/g, "&");

// The formulas as they are in the sources, without markdown: what must arrive.
const written = new Map();
for (const file of files(join(root, "src"), ".rs")) {
    const lines = readFileSync(file, "utf8").split("\n");
    let code = false;
    let prose = "";
    const starts = [];
    lines.forEach((line, i) => {
        const doc = /^\s*\/\/[/!] ?(.*)$/.exec(line);
        let text = doc ? doc[1] : "\n";
        if (doc && /^\s*```/.test(text)) {
            code = !code;
            text = "";
        }
        starts.push([prose.length, i + 1]);
        prose += code ? "\n" : text.replace(/`[^`]*`/g, (c) => " ".repeat(c.length)) + "\n";
    });
    const place = (at) => `${relative(root, file)}:${starts.findLast(([start]) => start <= at)[1]}`;
    for (const m of prose.matchAll(/\$\$([^$]+)\$\$|\$((?:[^$\n]|\n(?!\n))+)\$/g)) {
        // A \_ is the way to keep an underscore from opening an emphasis.
        const tex = (m[1] ?? m[2]).replace(/\\_/g, "_").trim().replace(/\s+/g, " ");
        written.set(tex, [...(written.get(tex) ?? []), place(m.index)]);
    }
}

let count = 0;
let faults = 0;
const seen = new Set();
const report = (where, what) => {
    faults += 1;
    console.log(`${where}: ${what}`);
};

for (const page of files(docs, ".html")) {
    const name = relative(docs, page);
    let html = readFileSync(page, "utf8");
    html = html.slice(Math.max(0, html.indexOf("<body")));
    // What auto-render leaves alone.
    html = html.replace(/<(script|noscript|style|textarea|pre|code|option)\b[^>]*>[\s\S]*?<\/\1>/g, "\u0001");
    for (const m of html.matchAll(/\$\$([\s\S]*?)\$\$|\$([^$]*)\$|\$/g)) {
        const raw = m[1] ?? m[2];
        if (raw === undefined) {
            report(name, `a $ without a partner, near ${JSON.stringify(decode(html.substr(m.index, 60)))}`);
            continue;
        }
        const display = m[1] !== undefined;
        const tex = decode(raw).trim().replace(/\s+/g, " ");
        const where = `${name} (${written.get(tex)?.join(", ") ?? "not found in src/"})`;
        if (/[<\u0001]/.test(raw)) {
            const bare = (text) => text.replace(/<[^>]*>|[\s_]/g, "");
            const source = [...written].find(([key]) => bare(key) === bare(decode(raw)));
            report(`${name} (${source?.[1].join(", ") ?? "not found in src/"})`, `markup inside a formula: ${raw.trim()}`);
            continue;
        }
        count += 1;
        seen.add(tex);
        if (!written.has(tex)) {
            report(where, `differs from what src/ has, so markdown changed it: ${tex}`);
        }
        try {
            katex.renderToString(tex, { displayMode: display, throwOnError: true, strict: "error" });
        } catch (error) {
            report(where, error.message);
        }
    }
}

const missing = [...written].filter(([tex]) => !seen.has(tex));
for (const [tex, places] of missing) {
    console.log(`note: ${places.join(", ")}: on no page of ${docs} (private item, or changed by markdown): ${tex}`);
}
console.log(`${count} formulas rendered with KaTeX ${katex.version} (${seen.size} different), ${faults} faults`);
process.exit(faults === 0 && count > 0 ? 0 : 1);
