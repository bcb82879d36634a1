/** Of one text; what a person would search by is at its beginning. */
const MAX_WORDS = 4_096;
const MAX_WORD_LENGTH = 64;
/** Characters looked at: what comes after would be over the limit of words anyway, or is no text. */
const MAX_LENGTH = 64 * 1024;

/** Written without spaces: each character is a word. A kana's marks and Thai's vowels stay with their letter. */
const UNSPACED = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}`;
const WORD = new RegExp(String.raw`(?=[${UNSPACED}])[\p{L}\p{N}]\p{M}*|(?:(?![${UNSPACED}])[\p{L}\p{N}\p{M}])+`, "gu");

/** Normalising sorts the marks of a letter, in quadratic time: no more than Unicode's stream-safe format allows (UAX 15). */
const EXCESS_MARKS = /([\p{M}\uFF9E\uFF9F]{30})[\p{M}\uFF9E\uFF9F]+/gu;

const normalized = (text: string): string => text.replace(EXCESS_MARKS, "$1").normalize("NFKC");

/**
 * The words that full-text search finds a text by, each once, in order: NFKC, lower case, split at whatever is no letter,
 * digit or mark. A character of Han, Hiragana, Katakana or Thai is a word of its own. At most 4,096 words of at most 64
 * characters, from the first 65,536 characters.
 */
export function toWords(text: string): readonly string[] {
  const words = new Set<string>();
  // Normalised again after lower case: İ becomes two characters.
  const normal = normalized(normalized(text.slice(0, MAX_LENGTH)).toLowerCase());
  for (const [word] of normal.slice(0, MAX_LENGTH).matchAll(WORD)) {
    words.add(word.length > MAX_WORD_LENGTH ? cut(word) : word);
    if (words.size === MAX_WORDS) break;
  }
  return [...words];
}

/** Never through the middle of a surrogate pair. */
function cut(word: string): string {
  const last = word.charCodeAt(MAX_WORD_LENGTH - 1);
  return word.slice(0, last >= 0xd800 && last <= 0xdbff ? MAX_WORD_LENGTH - 1 : MAX_WORD_LENGTH);
}
