// The words of the pages, by language: a test says what a person reads, and finds it in either language.
import { readdirSync, readFileSync } from 'node:fs';

export const languages = ['en', 'fr'];

// All texts of an area in a language: one file, or several where a part of the page has its own.
// All texts of an area: those of every visit, and of the parts that are loaded later.
function read(area, language) {
  const folder = new URL(`../../web/src/${area}/i18n/`, import.meta.url);
  const files = readdirSync(folder).filter((file) => `.${file}`.endsWith(`.${language}.json`));
  return files.map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')));
}

// Returns t(key, holes) of a page, 'desk' or 'handset', in a language. A text that is missing is an error.
export function wordsOf(area, language) {
  const texts = [...read('shared', language), ...read(area, language)];
  return (key, holes = {}) => {
    const path = pluralised(key, holes, language).split('.');
    const found = texts.map((text) => path.reduce((at, part) => at?.[part], text));
    const text = found.find((one) => typeof one === 'string');
    if (!text) throw new Error(`no text ${path.join('.')} in ${area} (${language})`);
    return text.replace(/{{(\w+)}}/g, (_, name) => String(holes[name]));
  };
}

function pluralised(key, { count }, language) {
  if (count === undefined) return key;
  return `${key}_${new Intl.PluralRules(language).select(count)}`;
}

// As a person reads it: runs of white space, also unbreakable ones, are one space.
export const plain = (text) => text.replace(/\s+/g, ' ').trim();
