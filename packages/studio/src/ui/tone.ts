/** What the colours of an element mean. */
export type Tone = 'neutral' | 'accent' | 'success' | 'warning' | 'danger'

/** The border, background and text colours of a tone. */
export const TONE_CLASS: Readonly<Record<Tone, string>> = {
  neutral: 'border-line bg-sunken text-muted',
  accent: 'border-accent-line bg-accent-soft text-accent',
  success: 'border-success-line bg-success-soft text-success',
  warning: 'border-warning-line bg-warning-soft text-warning',
  danger: 'border-danger-line bg-danger-soft text-danger',
}
