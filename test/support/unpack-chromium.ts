/** A process that unpacks Chromium into its folder for temporary files: see chromium.ts. */
import packed from '@sparticuz/chromium';

await packed.executablePath();
