import { useEffect, useState } from 'react';

/** Copies a text to the clipboard; the state says for a moment how that went. */
export function useCopy(text: string): { state: 'idle' | 'done' | 'failed'; copy(): void } {
  const [state, setState] = useState<'idle' | 'done' | 'failed'>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), 2500);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = () =>
    void writeClipboard(text).then(
      () => setState('done'),
      () => setState('failed'),
    );
  return { state, copy };
}

/** The clipboard interface exists on secure origins only; a desk on plain http in an office needs the old way. */
async function writeClipboard(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement('textarea');
  field.value = text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  if (!copied) throw new Error('the browser refused to copy');
}
