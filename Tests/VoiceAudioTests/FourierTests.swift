import CVoiceDSP
import Glibc
import Testing

@Suite("Fourier transform")
struct FourierTests {
  private static let lanes = Int(VD_LANES)

  /// Power spectra of 16 noisy frames of a size, beside the frames: both `[elements][16]`.
  private func spectra(_ size: Int) throws -> (frames: [Float], power: [Float]) {
    var random = SeededGenerator(UInt64(size))
    let frames = random.noise(size * Self.lanes, level: 1)
    let fft = try #require(vd_fft_create(Int32(size)))
    defer { vd_fft_destroy(fft) }
    var input = frames
    var power = [Float](repeating: 0, count: (size / 2 + 1) * Self.lanes)
    var scratch = [Float](repeating: 0, count: vd_fft_scratch_floats(fft))
    vd_fft_power(fft, &input, &power, &scratch)
    return (frames, power)
  }

  @Test(
    "The power spectrum is the definition's, whatever the factors of the size",
    arguments: [2, 4, 6, 8, 10, 12, 18, 30, 34, 50, 64, 100, 101, 128, 200, 250, 256, 400, 401, 480, 512, 1024, 1200])
  func definition(_ size: Int) throws {
    let (frames, power) = try spectra(size)
    let turns = (0..<size).map { 2 * Double.pi * Double($0) / Double(size) }
    var (worst, largest) = (0.0, 0.0)
    for lane in [0, 5, 15] {
      for bin in 0...size / 2 {
        var (re, im) = (0.0, 0.0)
        for index in 0..<size {
          let value = Double(frames[index * Self.lanes + lane])
          re += value * cos(turns[index * bin % size])
          im += value * sin(turns[index * bin % size])
        }
        worst = max(worst, abs(re * re + im * im - Double(power[bin * Self.lanes + lane])))
        largest = max(largest, re * re + im * im)
      }
    }
    #expect(worst < 2e-6 * largest)
  }

  @Test("Energy is the same in time and in frequency (Parseval)", arguments: [2, 6, 50, 400, 512, 1000, 4096, 4098])
  func parseval(_ size: Int) throws {
    let (frames, power) = try spectra(size)
    for lane in 0..<Self.lanes {
      let own = stride(from: lane, to: frames.count, by: Self.lanes)
      let time = own.reduce(0.0) { $0 + Double(frames[$1] * frames[$1]) }
      // Bins between 0 and the Nyquist frequency stand for their mirror images too.
      let frequency = (0...size / 2).reduce(0.0) { sum, bin in
        sum + Double(power[bin * Self.lanes + lane]) * (bin == 0 || 2 * bin == size ? 1 : 2)
      }
      #expect(abs(frequency / Double(size) / time - 1) < 1e-5)
    }
  }

  @Test(
    "Frames are cut where they should be, also fewer than 16 of an odd length", arguments: [1, 15, 16], [1, 17, 400])
  func cut(_ count: Int, _ length: Int) {
    let samples = (0..<15 * 7 + length).map { Float($0) }
    var frames = [Float](repeating: -1, count: length * Self.lanes)
    vd_cut(samples, length, 7, Int32(count), &frames)
    for index in 0..<length {
      for lane in 0..<Self.lanes {
        #expect(frames[index * Self.lanes + lane] == (lane < count ? Float(lane * 7 + index) : 0))
      }
    }
  }

  @Test("Dot products at many places are the definition's", arguments: [1, 15, 16, 17, 275], [1, 3, 4, 9])
  func dots(_ taps: Int, _ count: Int) {
    var random = SeededGenerator(UInt64(taps * 100 + count))
    let (weights, input) = (random.noise(taps), random.noise(taps + count * 3))
    var output = [Float](repeating: 0, count: count * 2)
    vd_dots(weights, taps, input, 3, &output, 2, count)
    for place in 0..<count {
      let sum = (0..<taps).reduce(0.0) { $0 + Double(weights[$1]) * Double(input[place * 3 + $1]) }
      #expect(abs(Double(output[place * 2]) - sum) < 1e-6)
    }
  }

  @Test("The logarithm is right to a few units in the last place over all its range")
  func logarithm() {
    var random = SeededGenerator(1)
    let inputs = (0..<20_000).map { _ in Float(exp(Double.random(in: -80...80, using: &random))) }
    var values = inputs
    vd_log(&values, values.count, 1e-37, 1)
    for (input, value) in zip(inputs, values) {
      let truth = log(Double(input))
      #expect(abs(Double(value) - truth) < 3e-7 * max(1, abs(truth)))
    }
    var low: [Float] = [0, -1, 1e-12]
    vd_log(&low, 3, 1e-10, 2)
    #expect(low.allSatisfy { abs($0 - 2 * Float(log(1e-10))) < 1e-5 })
  }
}
