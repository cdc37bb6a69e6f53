import { between, type Random } from '../random/random.ts'

const SYLLABLES = ['BAR', 'OUGHT', 'ABLE', 'PRI', 'PRES', 'ESE', 'ANTI', 'CALLY', 'ATION', 'EING']

/** Three syllables, by the digits of a number from 0 to 999. Source: TPC-C 5.11, clause 4.3.2.3. */
export function lastName(number: number): string {
  return [Math.floor(number / 100), Math.floor(number / 10) % 10, number % 10].map((digit) => SYLLABLES[digit]).join('')
}

/** Constants of the non-uniform draws; the standard leaves them to the run. */
const C = { 255: 123, 1023: 259, 8191: 7_911 } as const

/** Source: TPC-C 5.11, clause 2.1.6. */
export function nonUniform(random: Random, a: keyof typeof C, low: number, high: number): number {
  return (((between(random, 0, a) | between(random, low, high)) + C[a]) % (high - low + 1)) + low
}
