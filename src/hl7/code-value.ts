/**
 * Codes of messages that are kept in clear, so that a feed's file can be mended by them. A field that has slipped
 * by one place holds a name or a date where a code should be: what has not a code's shape is kept by its length alone.
 */

const shapes: Readonly<Record<string, RegExp>> = {
  // HL7 v2.8.2 chapter 2, table 0003: a trigger event has three characters.
  'MSH-9': /^[A-Za-z][A-Za-z0-9]{2}$/,
  'PV1-2': /^[\w.-]{1,12}$/,
  // One word, as where a whole message is shown: of several words nobody can tell a ward from a person.
  'PV1-3': /^[\w./&-]{1,20}$/,
};

/** No code has so many digits: they are a number of somebody, or a date. */
const digits = /\d[\d .-]*\d[\d .-]*\d[\d .-]*\d/;

/**
 * A value as it may be kept and shown beside the message that was set aside.
 * @param field that it stands in, such as `PV1-3`
 * @param text its components joined by `^`, where it has several
 */
export function codeValue(field: string, text: string): string {
  const shape = shapes[field];
  const isCode = (part: string): boolean => part === '' || (shape?.test(part) === true && !digits.test(part));
  return text
    .split('^')
    .map((part) => (isCode(part) ? part : notACode(part)))
    .join('^');
}

/** MSH-9 as it may be kept: type and trigger event, each of three characters. */
export function eventText(type: string, trigger: string): string {
  return [type, trigger]
    .filter((part) => part !== '')
    .map((part) => (shapes['MSH-9']?.test(part) ? part : 'not a code'))
    .join('^');
}

function notACode(text: string): string {
  return `not a code, ${text.length} ${text.length === 1 ? 'character' : 'characters'}`;
}
