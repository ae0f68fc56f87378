/** What a real site's environment has, for tests. */
import { generateKeyPairSync } from 'node:crypto';

/** A private key in PEM form, made anew for each run. */
export const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
}) as string;
