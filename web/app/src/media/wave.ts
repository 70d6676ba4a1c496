// How loud a recording is, part by part, and a drawing of it.

export const PARTS = 64;

// A byte for each of equal parts: its loudest sample, the loudest of all being 255.
export function loudness(samples: Float32Array, parts = PARTS): Uint8Array {
  const peaks = Array.from({ length: parts }, (_, part) => {
    let peak = 0;
    const end = Math.floor((samples.length * (part + 1)) / parts);
    for (let at = Math.floor((samples.length * part) / parts); at < end; at++) peak = Math.max(peak, Math.abs(samples[at] ?? 0));
    return peak;
  });
  const loudest = Math.max(...peaks, Number.EPSILON);
  return Uint8Array.from(peaks, (peak) => Math.round((peak / loudest) * 255));
}

// The part that was played, 0 to 1, in the colour of the page's accent.
export function drawWave(canvas: HTMLCanvasElement, bars: ArrayLike<number>, played: number): void {
  const context = canvas.getContext("2d");
  if (!context || bars.length === 0) return;
  const style = getComputedStyle(canvas);
  const scale = devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth || 160, canvas.clientHeight || 32];
  canvas.width = width * scale;
  canvas.height = height * scale;
  context.scale(scale, scale);
  const step = width / bars.length;
  for (let i = 0; i < bars.length; i++) {
    const bar = Math.max(2, ((bars[i] ?? 0) / 255) * height);
    context.fillStyle = style.getPropertyValue((i + 0.5) / bars.length <= played ? "--accent" : "--soft");
    context.fillRect(i * step, (height - bar) / 2, Math.max(1, step * 0.6), bar);
  }
}
