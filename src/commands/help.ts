/** What the command line says of itself: the list of commands, and each one's own help. */
import { hl7Help } from './hl7.ts';

const exitStatus = (one: string): string => `Exit status: 0 done; 1 ${one}; 2 not understood, and nothing was done.`;

const council = `Options
  --council CODE         the council's LA code; needed where several are configured, as in the demo
  --help                 this text`;

/** The list of commands. */
export const generalHelp = `Homeward: which care does the council arrange for this person, and who to phone now.

Usage: homeward COMMAND

  start                  serve; the demo if CONFIG_DIR is not set
  check-config           what is wrong with settings and configuration folder, all of it at once; starts nothing
  check BUNDLE           dry run of a council's extract (folder or zip): what would happen, nothing changed
  import BUNDLE          take a council's extract in
  release ID             let a held bundle in
  discard ID             throw a held bundle away
  rollback               go back to how the facts stood before the newest bundle
  invite-provider        whom a council could invite; with --provider ID and --email ADDRESS: invite its manager
  hl7 status             how the hospital's feeds and destinations stand; more: hl7 --help
  help COMMAND           more about one of them; the same as COMMAND --help

${exitStatus('it failed, or something waits for a person')}

Settings come from the environment: see the README.`;

/** Each command's own help. */
export const commandHelp = {
  start: `Serves until it is stopped; the demo if CONFIG_DIR is not set.

Usage: homeward start

All settings are checked before anything is opened. Ctrl+C stops it at once, SIGTERM after DRAIN_SECONDS. In the demo,
on a terminal, only warnings are logged unless LOG_LEVEL says otherwise.

${exitStatus('it could not start, or failed')}`,

  'check-config': `Says what is wrong with the settings and with the folder CONFIG_DIR: all of it at once, files with their lines.

Usage: homeward check-config

What "start" would check, and nothing is started, opened, sent or changed. Give it the settings of the service.

${exitStatus('something is wrong')}`,

  check: `A dry run of a council's extract: rows, what is set aside and why, whether it would land. Nothing is changed.

Usage: homeward check BUNDLE

  BUNDLE                 folder or zip file

Of CONFIG_DIR it needs site.yaml, organisations.yaml and agreements alone, and no secret. With DATABASE_URL it is
compared with what is there; without, with an empty record, and what is read is kept nowhere.

${exitStatus('the bundle would be held, or was refused')}`,

  import: `Takes a council's extract in, whole or not at all.

Usage: homeward import BUNDLE

  BUNDLE                 folder or zip file

On a timer, have somebody told of every other exit status than 0.

${exitStatus('the bundle is held for a person, or was refused')}`,

  release: `Lets a held bundle in.

Usage: homeward release ID [--council CODE]

  ID                     as "import" printed it, and the page Extracts shows it

${council}

${exitStatus('there is no such held bundle, or it failed')}`,

  discard: `Throws a held bundle away.

Usage: homeward discard ID [--council CODE]

  ID                     as "import" printed it, and the page Extracts shows it

${council}

${exitStatus('there is no such held bundle, or it failed')}`,

  rollback: `Goes back to how the facts stood before the newest bundle. Restrictions and objections that it brought stay.

Usage: homeward rollback [--council CODE]

${council}

${exitStatus('there is nothing to go back from, or it failed')}`,

  'invite-provider': `Invites the first manager of a care provider, or another where nobody can be reached any more.

Usage: homeward invite-provider [--council CODE]
       homeward invite-provider [--council CODE] --provider ID --email ADDRESS

  without --provider     lists the providers in the council's contacts and packages, with their IDs
  --provider ID          whom to invite, as the list has it: cqc:LOCATION or local:COUNCIL:REFERENCE
  --email ADDRESS        the manager's address; ask for it by phone, at a number that is known

The running service sends the letter. Inviting the same address again makes the link before it worthless.

${council}

${exitStatus('nobody was invited')}`,

  hl7: hl7Help,
} as const;

export type CommandName = keyof typeof commandHelp;

/** Whether there is such a command. */
export function isCommand(text: string): text is CommandName {
  return Object.hasOwn(commandHelp, text);
}

/** A command line that is not understood: nothing was done, and whoever typed it is told what there is. */
export class NotUnderstood extends Error {
  /** Shown after the message; null where that says all. */
  readonly help: string | null;
  constructor(message: string, help: string | null = null) {
    super(message);
    this.name = 'NotUnderstood';
    this.help = help;
  }
}

/** What to say of a word that is no command. */
export function noSuchCommand(word: string): NotUnderstood {
  if (word.startsWith('-')) return new NotUnderstood('The command comes first, its options after it.', generalHelp);
  return new NotUnderstood(`There is no command ${word}.`, generalHelp);
}
