// Pictures before they are sent: written anew, which leaves out where and with what they were taken, no larger than a
// screen needs, and with a small one for the timeline.

export interface Prepared {
  kind: "image" | "video" | "voice" | "file";
  blob: Blob;
  name: string;
  width?: number;
  height?: number;
  durationMs?: number;
  preview?: Uint8Array;
  thumbnail?: Blob;
}

const LARGE = 2560;
const SMALL = 480;
const QUALITY = 0.86;
const SMALL_QUALITY = 0.75;
// Smaller than this, a picture is its own thumbnail.
const SMALL_BYTES = 48 * 1024;
const ENDINGS: Readonly<Record<string, string>> = { "image/webp": "webp", "image/jpeg": "jpg", "image/png": "png" };

// How large a picture is drawn within a square, its sides in proportion.
export function fitted(width: number, height: number, most: number): { width: number; height: number } {
  const scale = Math.min(1, most / Math.max(width, height, 1));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

// What the browser cannot draw goes as a file.
export async function prepared(file: File): Promise<Prepared> {
  const plain: Prepared = { kind: "file", blob: file, name: file.name };
  // A GIF has no such data, and would lose its motion.
  if (file.type === "image/gif") return await ofGif(file) ?? plain;
  if (file.type.startsWith("image/")) return await ofPicture(file) ?? plain;
  if (file.type.startsWith("video/")) return await ofVideo(file) ?? plain;
  return plain;
}

async function ofPicture(file: File): Promise<Prepared | undefined> {
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (!bitmap) return undefined;
  try {
    const { width, height } = fitted(bitmap.width, bitmap.height, LARGE);
    const blob = await drawn(bitmap, width, height, QUALITY);
    if (!blob) return undefined;
    const name = `${file.name.replace(/\.[^.]*$/, "") || "picture"}.${ENDINGS[blob.type] ?? "png"}`;
    return { kind: "image", blob, name, width, height, ...await thumbnailOf(bitmap, blob.size, width, height) };
  } finally {
    bitmap.close();
  }
}

async function ofGif(file: File): Promise<Prepared | undefined> {
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (!bitmap) return undefined;
  const { width, height } = bitmap;
  bitmap.close();
  return { kind: "image", blob: file, name: file.name, width, height };
}

async function ofVideo(file: File): Promise<Prepared | undefined> {
  const video = document.createElement("video");
  const address = URL.createObjectURL(file);
  try {
    video.muted = true;
    video.preload = "auto";
    video.src = address;
    await event(video, "loadeddata");
    const { videoWidth: width, videoHeight: height, duration } = video;
    if (width === 0 || height === 0) return undefined;
    const durationMs = Number.isFinite(duration) ? Math.round(duration * 1000) : 0;
    return { kind: "video", blob: file, name: file.name, width, height, durationMs, ...await thumbnailOf(video, file.size, width, height) };
  } catch {
    return undefined;
  } finally {
    video.removeAttribute("src");
    URL.revokeObjectURL(address);
  }
}

function event(video: HTMLVideoElement, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    video.addEventListener(name, () => resolve(), { once: true });
    video.addEventListener("error", () => reject(new Error("no video")), { once: true });
    setTimeout(() => reject(new Error("no video in time")), 10_000);
  });
}

async function thumbnailOf(source: CanvasImageSource, bytes: number, width: number, height: number): Promise<{ thumbnail?: Blob }> {
  if (source instanceof ImageBitmap && bytes <= SMALL_BYTES) return {};
  const small = fitted(width, height, SMALL);
  const thumbnail = await drawn(source, small.width, small.height, SMALL_QUALITY);
  return thumbnail && thumbnail.size < bytes ? { thumbnail } : {};
}

// A browser that cannot write WebP writes PNG without a word; JPEG is smaller then.
async function drawn(source: CanvasImageSource, width: number, height: number, quality: number): Promise<Blob | undefined> {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")?.drawImage(source, 0, 0, width, height);
  const written = (type: string) => new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, quality));
  const webp = await written("image/webp");
  const blob = webp?.type === "image/webp" ? webp : await written("image/jpeg");
  return blob ?? undefined;
}
