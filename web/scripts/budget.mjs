// Fails the build when the first load of a page needs more JavaScript than its budget: the entry's own chunk, all that it imports
// statically, and the area and language that every first visit loads at once, gzipped as they are served.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const manifest = JSON.parse(readFileSync(`${dist}.vite/manifest.json`, 'utf8'));
const kB = 1000;

/**
 * What each page loads before a person can work with it. `also` are lazy chunks that the first screen asks for at once, by source
 * file or by name (a chunk that others import from has no source file in the manifest).
 */
const pages = [
  {
    entry: 'desk.html',
    limit: 250 * kB,
    also: ['ConversationsPage', 'src/desk/i18n/fr.json', 'src/shared/i18n/fr.json'],
  },
  {
    entry: 'portal.html',
    limit: 300 * kB,
    also: ['src/portal/home/HomePage.tsx', 'src/portal/i18n/fr.json', 'src/shared/i18n/fr.json'],
  },
  // The handset is a tool of the local cloud, opened on the machine that serves it.
  {
    entry: 'handset.html',
    limit: 300 * kB,
    also: ['src/handset/i18n/fr.json', 'src/shared/i18n/fr.json'],
  },
];

function reach(key, seen) {
  const chunk = manifest[key] ?? Object.values(manifest).find(({ name }) => name === key);
  if (!chunk) throw new Error(`budget: the manifest has no ${key}`);
  if (seen.has(chunk.file)) return;
  seen.add(chunk.file);
  for (const next of chunk.imports ?? []) reach(next, seen);
}

let failed = false;
for (const page of pages) {
  const files = new Set();
  for (const key of [page.entry, ...page.also]) reach(key, files);
  let total = 0;
  for (const file of files) {
    if (file.endsWith('.js')) total += gzipSync(readFileSync(dist + file), { level: 9 }).length;
  }
  const over = total > page.limit;
  failed ||= over;
  const figures = `${(total / kB).toFixed(1)} of ${page.limit / kB} kB gzipped in ${files.size} files`;
  console.log(`${over ? 'OVER BUDGET' : 'within budget'}  ${page.entry}: ${figures}`);
}
if (failed) process.exit(1);
