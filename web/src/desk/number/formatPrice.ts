/** An amount in its currency, as people of the language write it; as it came when the currency is unknown. */
export function formatPrice(amount: string, currency: string, language: string): string {
  try {
    return new Intl.NumberFormat(language, { style: 'currency', currency }).format(Number(amount));
  } catch {
    return `${amount} ${currency}`.trim();
  }
}
