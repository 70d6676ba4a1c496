// A drawing of how loud a recording is, part by part.

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
