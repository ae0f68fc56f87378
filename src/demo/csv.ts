/** Writing CSV as RFC 4180 has it, with the line ends that council systems export. */

const needsQuotes = /[",\r\n]/;

/** One line of CSV: cells quoted only where they must be, CRLF at the end. */
export function csvLine(cells: readonly string[]): string {
  let line = '';
  for (let at = 0; at < cells.length; at++) {
    const cell = cells[at] ?? '';
    if (at > 0) line += ',';
    line += needsQuotes.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  }
  return `${line}\r\n`;
}
