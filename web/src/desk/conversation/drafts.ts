/** What an agent typed and did not send, kept in this browser for each user and conversation, over reloads and errors. */

const keyOf = (user: string, conversation: string) => `guichet.draft.${user}.${conversation}`;

export function readDraft(user: string, conversation: string): string {
  return localStorage.getItem(keyOf(user, conversation)) ?? '';
}

export function keepDraft(user: string, conversation: string, text: string) {
  const key = keyOf(user, conversation);
  try {
    if (text === '') localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  } catch {
    // A full or forbidden store: the text is still in the box on screen.
  }
}
