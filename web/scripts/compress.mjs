// Writes a .gz beside every compressible built file, so that the server never compresses at run time.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const assets = fileURLToPath(new URL('../dist/assets/', import.meta.url));
for (const name of readdirSync(assets)) {
  if (!/\.(js|css|svg|json)$/.test(name)) continue;
  const plain = readFileSync(assets + name);
  const small = gzipSync(plain, { level: 9 });
  if (small.length < plain.length * 0.9) writeFileSync(`${assets}${name}.gz`, small);
}
