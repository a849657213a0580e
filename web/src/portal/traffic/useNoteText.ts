import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { CloudRequest } from '../api/portal';

/** What a note says, and in which language: the page's where the note has a code, else the English of whoever said it. */
export interface NoteText {
  text: string;
  lang: string;
}

/** Gives a function that tells the note of a request; undefined without one. */
export function useNoteText(): (request: CloudRequest) => NoteText | undefined {
  const { t, i18n } = useTranslation();
  const { language } = i18n;
  return useCallback(
    ({ note, noteCode, noteArgs }: CloudRequest) => {
      if (!note) return undefined;
      const key = `note.${noteCode}`;
      return noteCode && i18n.exists(key)
        ? { text: t(key, noteArgs), lang: language }
        : { text: note, lang: 'en' };
    },
    [t, i18n, language],
  );
}
