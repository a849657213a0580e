// Writes TypeScript types made from an OpenAPI document; with --check it fails instead when the file would change.
//
// It is a workspace of its own, since the generator works with an older TypeScript than the one that checks the pages.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import openapi, { astToString } from 'openapi-typescript';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean', default: false } },
});
const [document, file] = positionals;
if (!document || !file) {
  console.error('usage: generate.mjs [--check] DOCUMENT FILE');
  process.exit(2);
}

const head =
  '// Made from the OpenAPI document of the API by `npm run types`; changes here are lost.\n';
const made = head + astToString(await openapi(pathToFileURL(document)));
if (!values.check) {
  writeFileSync(file, made);
} else if (readFileSync(file, 'utf8') !== made) {
  console.error(`${file} is not what ${document} gives: run "npm run types --workspace web"`);
  process.exit(1);
}
