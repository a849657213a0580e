/** Where the sound of this phone comes from. */
export type Source = 'microphone' | 'file' | 'silence';

/** How a microphone was given, or why not. */
export type MicrophoneState = 'none' | 'live' | 'refused';

/** The sound of a call in the browser: what is sent, what is heard, and how loud both are. */
export class Sound {
  private readonly context = new AudioContext();
  private readonly sent = this.context.createMediaStreamDestination();
  private readonly gain = this.context.createGain();
  private readonly mine = this.context.createAnalyser();
  private readonly theirs = this.context.createAnalyser();
  /** A remote stream is silent in the graph unless an element plays it too. */
  private readonly element = document.createElement('audio');
  private microphone?: { stream: MediaStream; node: MediaStreamAudioSourceNode };
  private player?: AudioBufferSourceNode;
  private remote?: MediaStreamAudioSourceNode;
  private closed = false;
  file?: { name: string; sound: AudioBuffer };

  constructor() {
    this.gain.connect(this.sent);
    this.gain.connect(this.mine);
    this.element.dataset.remote = '';
    this.element.hidden = true;
    document.body.append(this.element);
  }

  /** The track to be sent; it is the same whatever the source is. */
  get track(): MediaStreamTrack {
    const [track] = this.sent.stream.getAudioTracks();
    if (!track) throw new Error('a destination without a track');
    return track;
  }

  get blocked(): boolean {
    return this.context.state === 'suspended';
  }

  /** Starts what the browser keeps silent; works while the person clicks. */
  async resume(): Promise<void> {
    await Promise.all([this.context.resume(), this.element.play().catch(() => {})]);
  }

  hear(stream: MediaStream) {
    this.remote?.disconnect();
    this.element.srcObject = stream;
    void this.element.play().catch(() => {});
    this.remote = this.context.createMediaStreamSource(stream);
    this.remote.connect(this.theirs);
  }

  /** Asks for a microphone and sends it; anything that was sent before stops. */
  async takeMicrophone(deviceId = ''): Promise<MicrophoneState> {
    this.quiet();
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: deviceId ? { deviceId: { exact: deviceId } } : true,
      });
    } catch {
      return 'refused';
    }
    if (this.closed) {
      for (const track of stream.getTracks()) track.stop();
      return 'none';
    }
    this.quiet();
    const node = this.context.createMediaStreamSource(stream);
    node.connect(this.gain);
    this.microphone = { stream, node };
    return 'live';
  }

  /** Reads a sound file; rejects when the browser cannot. */
  async load(file: File): Promise<void> {
    const sound = await this.context.decodeAudioData(await file.arrayBuffer());
    this.file = { name: file.name, sound };
  }

  /** Sends the file from its beginning. */
  play() {
    this.quiet();
    if (!this.file) return;
    this.player = this.context.createBufferSource();
    this.player.buffer = this.file.sound;
    this.player.connect(this.gain);
    this.player.start();
  }

  /** Sends silence. */
  quiet() {
    this.player?.disconnect();
    this.player = undefined;
    this.microphone?.node.disconnect();
    for (const track of this.microphone?.stream.getTracks() ?? []) track.stop();
    this.microphone = undefined;
  }

  mute(muted: boolean) {
    this.gain.gain.value = muted ? 0 : 1;
  }

  /** How loud both sides are, 0 to 1. */
  levels(): { mine: number; theirs: number } {
    return { mine: level(this.mine), theirs: level(this.theirs) };
  }

  close() {
    this.closed = true;
    this.quiet();
    this.element.srcObject = null;
    this.element.remove();
    void this.context.close();
  }
}

function level(analyser: AnalyserNode): number {
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  // From -60 dBFS, which is silence, to 0.
  const decibels = 10 * Math.log10(sum / samples.length + 1e-12);
  return Math.min(1, Math.max(0, 1 + decibels / 60));
}

/** Sounds a signal of the telephone until the function that is returned is called: seconds on, seconds off, frequencies in Hz. */
export function signal(on: number, off: number, ...frequencies: number[]): () => void {
  const context = new AudioContext();
  const gain = context.createGain();
  gain.gain.value = 0;
  gain.connect(context.destination);
  for (const frequency of frequencies) {
    const tone = context.createOscillator();
    tone.frequency.value = frequency;
    tone.connect(gain);
    tone.start();
  }
  const beat = () => {
    const now = context.currentTime;
    gain.gain.setValueAtTime(0.08, now);
    gain.gain.setValueAtTime(0, now + on);
  };
  beat();
  const timer = setInterval(beat, (on + off) * 1000);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}
