import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

type Texts = { [key: string]: string | Texts };

const src = `${import.meta.dirname}/../../`;
/** The texts of an area: those of every first visit, and of parts that are loaded later. */
const texts = (area: string, language: string): Texts =>
  Object.assign(
    {},
    ...readdirSync(`${src}${area}/i18n`)
      .filter((file) => file.split('.').at(-2) === language && file.endsWith('.json'))
      .map((file) => JSON.parse(readFileSync(`${src}${area}/i18n/${file}`, 'utf8'))),
  );

function flat(of: Texts, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(of)) {
    if (typeof value === 'string') found.set(prefix + key, value);
    else for (const [name, text] of flat(value, `${prefix}${key}.`)) found.set(name, text);
  }
  return found;
}

const plural = /_(zero|one|two|few|many|other)$/;
const base = (key: string) => key.replace(plural, '');
const holes = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map((match) => match[1]).sort();

describe.each(['shared', 'desk', 'portal', 'handset'])('texts of %s', (area) => {
  const en = flat(texts(area, 'en'));
  const fr = flat(texts(area, 'fr'));

  it('has every text in both languages', () => {
    const names = (of: Map<string, string>) => [...new Set([...of.keys()].map(base))].sort();
    expect(names(fr)).toEqual(names(en));
  });

  it('leaves no text empty and fills the same holes in both languages', () => {
    for (const [key, text] of fr) {
      const english = en.get(key) ?? en.get(key.replace(plural, '_other'));
      expect(text, key).not.toBe('');
      expect(english, key).toBeTruthy();
      expect(holes(text), key).toEqual(holes(english ?? ''));
    }
  });

  it('has every plural form that each language needs', () => {
    for (const [language, of] of [
      ['en', en],
      ['fr', fr],
    ] as const) {
      const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
      for (const key of of.keys()) {
        if (!plural.test(key)) continue;
        for (const form of forms) expect([...of.keys()]).toContain(`${base(key)}_${form}`);
      }
    }
  });

  it('sets French punctuation with no-break spaces', () => {
    for (const [key, text] of fr) expect(text, key).not.toMatch(/ [:;!?»]|« /);
  });
});

describe('texts in use', () => {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.tsx?$/.test(file) && !file.endsWith('.test.tsx') && !file.endsWith('.test.ts'),
  );
  const known = (area: string) =>
    new Set([...flat(texts(area, 'en')).keys(), ...flat(texts('shared', 'en')).keys()].map(base));

  it.each(files)('%s uses texts that exist', (file) => {
    const source = readFileSync(src + file, 'utf8');
    const area = file.split('/')[0] ?? '';
    if (!['desk', 'portal', 'handset'].includes(area)) return;
    const keys = [...source.matchAll(/\bt\(\s*'([\w.]+)'/g)].map((match) => match[1] ?? '');
    for (const key of keys) expect(known(area), file).toContain(key);
    for (const match of source.matchAll(/\bt\(\s*`([\w.]+)\.\$\{/g)) {
      const group = `${match[1]}.`;
      expect(
        [...known(area)].some((key) => key.startsWith(group)),
        `${file}: ${group}`,
      ).toBe(true);
    }
  });
});
