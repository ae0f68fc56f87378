/**
 * Which of the words stand in a text: names as whole words in any case, numbers also with other characters
 * between their digits. Not names inside a longer run of letters: an address carries random tokens, and four
 * letters in a row are drawn by chance sooner or later.
 */
export function namedIn(text: string, words: readonly string[]): string[] {
  const digits = text.replaceAll(/\D/g, '');
  const within = (word: string): boolean =>
    /^\d+$/.test(word)
      ? digits.includes(word)
      : new RegExp(`(?<![\\p{L}\\d])${RegExp.escape(word)}(?![\\p{L}\\d])`, 'iu').test(text);
  return words.filter(within);
}
