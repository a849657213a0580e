import { useEffect, useState } from 'react';

/** Whole seconds until a moment (RFC 3339), counted down every second by the browser's clock; 0 when it is over. */
export function useRemaining(until: string): number {
  const read = () => Math.max(0, Math.ceil((Date.parse(until) - Date.now()) / 1000));
  const [, tick] = useState(0);
  const remaining = read();
  const over = remaining === 0;
  useEffect(() => {
    if (over) return;
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, [over]);
  return remaining;
}

/** 14:59 */
export function formatRemaining(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
