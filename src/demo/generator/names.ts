/** Common given and family names to combine: any likeness to a living person is chance. */
import type { Random } from './random.ts';

const women = words(`
  Margaret Jean Mary Joan Patricia Sheila Barbara Doreen June Shirley Dorothy Joyce Maureen Elizabeth Audrey Brenda
  Kathleen Sylvia Eileen Pamela Betty Beryl Ann Irene Marjorie Susan Christine Linda Carol Jennifer Janet Pauline
  Hazel Rita Jacqueline Valerie Wendy Gillian Marion Judith Rosemary Gwendoline Ivy Edna Vera Olive Winifred Hilda
  Norma Thelma Amina Fatima Nasreen Parveen Surinder Gurpreet Meena Pushpa Lakshmi Agnieszka Halina Teresa
  Bronisława Zofia Comfort Blossom Precious Chipo Mei_Ling Siân Angharad Aoife Niamh Renée Zoë Chloë Kerry Donna
  Tracy Michelle Natalie Gemma Leanne Kirsty Jodie
`);
const men = words(`
  John William George James Ronald Robert Kenneth Frederick Thomas Albert Eric Edward Arthur Charles Leslie Sidney
  Peter Frank Dennis Joseph Harold Alan Stanley Ernest Raymond Norman Derek Brian Roy Gordon Douglas Donald Bernard
  Geoffrey Terence Michael David Anthony Keith Malcolm Roger Barry Trevor Graham Colin Clifford Reginald Cyril
  Wilfred Horace Mohammed Abdul Tariq Iqbal Harbhajan Jaswinder Ramesh Suresh Vijay Kwame Winston Delroy Neville
  Tadeusz Zbigniew Stanisław Wojciech Piotr Seán Gareth Dafydd Llŷr Idris Owen Ciarán José André Darren Wayne Craig
  Lee Jason Shaun Kyle Liam Ryan
`);
const families = words(`
  Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts Green
  Hall Wood Jackson Clarke Patel Khan Lewis Edwards Harris Cooper Ward Turner Hill Martin Morris Moore Clark Baker
  Harrison Hughes Allen Young King Hussain Shaw Watson Carter Bennett Cook Parker Mitchell Ali Bailey Marshall
  Holmes Singh Kaur Begum Ahmed Mills Palmer Barker Chapman Stevens Webb Rogers Gibson Hunt Fox Mason Knight Butler
  Barnes Spencer Stone Sutton Marsh Slater Frost Allsop Beardall Birkin Bramley Chambers Clay Dexter Eyre Fretwell
  Gelsthorpe Hallam Hardstaff Hibbert Hucknall Jepson Kirk Limb Marriott Naylor Oscroft Pinder Radford Renshaw
  Scothern Severn Shacklock Tinsley Twells Unwin Vardy Wagstaff Wass Widdowson O'Brien O'Neill O'Connor D'Arcy
  McDonald MacKenzie Fitzgerald Nowak Kowalski Wiśniewski Kamiński Zieliński Grönwall Müller García Nguyễn Ó_Briain
  Okafor Adeyemi Mensah Chukwu Moyo Ferreira Chen Wong Llewellyn Gruffydd Ap_Rhys
`);

export interface FullName {
  readonly given: string;
  readonly family: string;
}

/** A name; a few are double-barrelled, and a few carry letters that old systems cannot write. */
export function drawName(random: Random, female: boolean): FullName {
  const list = female ? women : men;
  const family = oneOf(random, families);
  return {
    given: random.chance(0.15) ? `${oneOf(random, list)} ${oneOf(random, list)}` : oneOf(random, list),
    family: random.chance(0.03) ? `${family}-${oneOf(random, families)}` : family,
  };
}

function oneOf(random: Random, list: readonly string[]): string {
  return list[random.below(list.length)] ?? '';
}

/** Words of a text; an underscore stands for a space inside a name. */
function words(text: string): string[] {
  return text
    .trim()
    .split(/\s+/)
    .map((word) => word.replace('_', ' '));
}
