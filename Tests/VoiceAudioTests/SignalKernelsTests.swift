import CVoiceDSP
import Glibc
import Testing

@testable import VoiceAudio

extension SignalKernels: CustomTestStringConvertible {
  public var testDescription: String { "\(lanes) lanes" }

  /// The functions themselves.
  var call: vd_kernels { table.pointee }
}

/// The kernels of every instruction set of this machine against their definitions in double precision.
@Suite("Signal kernels")
struct SignalKernelsTests {
  static let kernels = SignalKernels.supported

  @Test(
    "This machine runs every set",
    .enabled(if: kernels.count == 3, "this processor lacks AVX2 or AVX-512: its kernels were compiled, not run"))
  func sets() {
    #expect(Self.kernels.map(\.lanes) == [4, 8, 16])
  }

  /// Power spectra of noisy frames of a size, one a lane, beside the frames: both `[elements][lanes]`.
  private func spectra(_ kernels: SignalKernels, _ size: Int) throws -> (frames: [Float], power: [Float]) {
    var random = SeededGenerator(UInt64(size))
    let frames = random.noise(size * kernels.lanes, level: 1)
    let fft = try #require(vd_fft_create(Int32(size)))
    defer { vd_fft_destroy(fft) }
    var input = frames
    var power = [Float](repeating: 0, count: (size / 2 + 1) * kernels.lanes)
    var scratch = [Float](repeating: 0, count: size * kernels.lanes)
    kernels.call.fft_power(fft, &input, &power, &scratch)
    return (frames, power)
  }

  @Test(
    "The power spectrum is the definition's, whatever the factors of the size",
    arguments: kernels,
    [2, 4, 6, 8, 10, 12, 18, 30, 34, 50, 64, 100, 101, 128, 200, 250, 256, 400, 401, 480, 512, 1024, 1200])
  func definition(_ kernels: SignalKernels, _ size: Int) throws {
    let (frames, power) = try spectra(kernels, size)
    let turns = (0..<size).map { 2 * Double.pi * Double($0) / Double(size) }
    var (worst, largest) = (0.0, 0.0)
    let lanes = kernels.lanes
    for lane in [0, lanes - 1] {
      for bin in 0...size / 2 {
        var (re, im) = (0.0, 0.0)
        for index in 0..<size {
          let value = Double(frames[index * lanes + lane])
          re += value * cos(turns[index * bin % size])
          im += value * sin(turns[index * bin % size])
        }
        worst = max(worst, abs(re * re + im * im - Double(power[bin * lanes + lane])))
        largest = max(largest, re * re + im * im)
      }
    }
    #expect(worst < 2e-6 * largest)
  }

  @Test(
    "Energy is the same in time and in frequency (Parseval)",
    arguments: kernels, [2, 6, 50, 400, 512, 1000, 4096, 4098])
  func parseval(_ kernels: SignalKernels, _ size: Int) throws {
    let (frames, power) = try spectra(kernels, size)
    let lanes = kernels.lanes
    for lane in 0..<lanes {
      let own = stride(from: lane, to: frames.count, by: lanes)
      let time = own.reduce(0.0) { $0 + Double(frames[$1] * frames[$1]) }
      // Bins between 0 and the Nyquist frequency stand for their mirror images too.
      let frequency = (0...size / 2).reduce(0.0) { sum, bin in
        sum + Double(power[bin * lanes + lane]) * (bin == 0 || 2 * bin == size ? 1 : 2)
      }
      #expect(abs(frequency / Double(size) / time - 1) < 1e-5)
    }
  }

  @Test("Frames are cut where they should be, few or many, of any length", arguments: kernels, [1, 15, 17, 400])
  func cut(_ kernels: SignalKernels, _ length: Int) {
    let lanes = kernels.lanes
    let samples = (0..<(lanes - 1) * 7 + length).map { Float($0) }
    for count in [1, lanes - 1, lanes] {
      var frames = [Float](repeating: -1, count: length * lanes)
      kernels.call.cut(samples, length, 7, Int32(count), &frames)
      var rows = [Float](repeating: -1, count: count * (length + 3))
      kernels.call.unlane(frames, length, Int32(count), &rows, length + 3)
      for index in 0..<length {
        for lane in 0..<lanes {
          #expect(frames[index * lanes + lane] == (lane < count ? Float(lane * 7 + index) : 0))
          if lane < count { #expect(rows[lane * (length + 3) + index] == Float(lane * 7 + index)) }
        }
      }
    }
  }

  @Test("Frames are prepared by Kaldi's steps", arguments: kernels)
  func preparation(_ kernels: SignalKernels) {
    var random = SeededGenerator(3)
    let (length, lanes) = (401, kernels.lanes)
    let (frames, window) = (random.noise(length * lanes), random.noise(length))
    var (result, energies) = (frames + random.noise(3 * lanes), [Float](repeating: 0, count: lanes))
    kernels.call.remove_mean(&result, length)
    kernels.call.energy(result, length, &energies)
    kernels.call.preemphasise(&result, length, 0.97)
    kernels.call.weight(&result, length, length + 3, window)
    for lane in 0..<lanes {
      let frame = (0..<length).map { Double(frames[$0 * lanes + lane]) }
      let centred = frame.map { $0 - frame.reduce(0, +) / Double(length) }
      #expect(abs(Double(energies[lane]) - centred.reduce(0) { $0 + $1 * $1 }) < 1e-5)
      for index in 0..<length + 3 {
        let expected =
          index < length ? (centred[index] - 0.97 * centred[max(0, index - 1)]) * Double(window[index]) : 0
        #expect(abs(Double(result[index * lanes + lane]) - expected) < 1e-7)
      }
    }
  }

  @Test("Dot products at many places are the definition's", arguments: kernels, [1, 15, 16, 17, 275])
  func dots(_ kernels: SignalKernels, _ taps: Int) {
    for count in [1, 3, 4, 9] {
      var random = SeededGenerator(UInt64(taps * 100 + count))
      let (weights, input) = (random.noise(taps), random.noise(taps + count * 3))
      var output = [Float](repeating: 0, count: count * 2)
      kernels.call.dots(weights, taps, input, 3, &output, 2, count)
      for place in 0..<count {
        let sum = (0..<taps).reduce(0.0) { $0 + Double(weights[$1]) * Double(input[place * 3 + $1]) }
        #expect(abs(Double(output[place * 2]) - sum) < 1e-6)
      }
    }
  }

  @Test("Four runs of weights give four neighbours at every place", arguments: kernels, [16, 48, 288])
  func dotsOfFour(_ kernels: SignalKernels, _ taps: Int) {
    for count in [1, 2, 3, 4, 7] {
      var random = SeededGenerator(UInt64(taps * 100 + count))
      let (weights, input) = (random.noise(4 * taps), random.noise(taps + count * 5))
      var output = [Float](repeating: 7, count: count * 6)
      kernels.call.dots_of_four(weights, taps, input, 5, &output, 6, count)
      for place in 0..<count {
        for run in 0..<4 {
          let sum = (0..<taps).reduce(0.0) { $0 + Double(weights[run * taps + $1]) * Double(input[place * 5 + $1]) }
          #expect(abs(Double(output[place * 6 + run]) - sum) < 1e-6)
        }
        #expect(output[place * 6 + 4] == 7 && output[place * 6 + 5] == 7)
      }
    }
  }

  @Test("What a pass over a clip measures", arguments: kernels, [1, 3, 17, 511, 512, 513, 2000])
  func levels(_ kernels: SignalKernels, _ count: Int) {
    var random = SeededGenerator(UInt64(count))
    var samples = random.noise(count, level: 0.9)
    samples[count / 2] = -1
    let levels = ClipLevels(samples, kernels)
    #expect(levels.energies.count == (count + 511) / 512)
    for (hop, energy) in levels.energies.enumerated() {
      let sum = samples[hop * 512..<min(count, hop * 512 + 512)].reduce(0.0) { $0 + Double($1) * Double($1) }
      #expect(abs(energy / sum - 1) < 1e-12)
    }
    #expect(levels.peak == 1 && levels.clipped == 1 && levels.areNumbers(within: 1))
    #expect(!levels.areNumbers(within: 0.99) && levels.isConstant == (count == 1))
    for place in [0, count / 3, count - 1] {
      samples[place] = .nan
      #expect(!ClipLevels(samples, kernels).areNumbers(within: 1) && !kernels.call.are_finite(samples, count))
      samples[place] = .infinity
      #expect(!ClipLevels(samples, kernels).areNumbers(within: 1) && !kernels.call.are_finite(samples, count))
      samples[place] = 0.5
    }
    #expect(kernels.call.are_finite(samples, count))
  }

  @Test("16-bit samples, gains and means of columns", arguments: kernels, [1, 7, 16, 33])
  func simple(_ kernels: SignalKernels, _ count: Int) {
    let integers = (0..<count).map { Int16(truncatingIfNeeded: $0 * 7919 - 32768) }
    var values = [Float](repeating: 0, count: count)
    kernels.call.from_int16(integers, count, &values)
    #expect(values == integers.map { Float($0) / 32768 })
    var scaled = values
    kernels.call.scale(values, count, 3, &scaled)
    #expect(scaled == values.map { $0 * 3 })
    var features = Features(values: (0..<5 * count).map { Float($0 % 11) }, frames: 5, bins: count)
    let before = features.values
    features.removeMean(kernels)
    for bin in 0..<count {
      let mean = (0..<5).reduce(0.0) { $0 + Double(before[$1 * count + bin]) } / 5
      for row in 0..<5 {
        #expect(abs(Double(features.values[row * count + bin]) + mean - Double(before[row * count + bin])) < 1e-6)
      }
    }
  }

  @Test("Front-ends and resampling agree between the sets", arguments: kernels.dropLast())
  func agreement(_ kernels: SignalKernels) throws {
    var random = SeededGenerator(5)
    let samples = zip(tone(seconds: 2, rate: 44_100), random.noise(88_200)).map { $0 + $1 }
    let (best, other) = (try Resampler(from: 44_100, to: 16_000), try Resampler(from: 44_100, to: 16_000, kernels))
    let resampled = best.resample(samples)
    #expect(worst(resampled, other.resample(samples)) < 1e-6)
    var mfcc = try MFCCOptions(arguments: [:])
    mfcc.nMFCC = 20
    for (best, other) in [
      (try Fbank(.init()), try Fbank(.init(), kernels)), (try MFCC(mfcc), try MFCC(mfcc, kernels)),
    ] as [(any AcousticFrontEnd, any AcousticFrontEnd)] {
      let (a, b) = (try best.compute(resampled), try other.compute(resampled))
      #expect(worst(a.values, b.values) < 1e-3)
    }
  }

  @Test("The logarithm is right to a few units in the last place over all its range", arguments: kernels)
  func logarithm(_ kernels: SignalKernels) {
    var random = SeededGenerator(1)
    let inputs = (0..<20_001).map { _ in Float(exp(Double.random(in: -80...80, using: &random))) }
    var values = inputs
    kernels.call.log(&values, values.count, 1e-37, 1)
    for (input, value) in zip(inputs, values) {
      let truth = log(Double(input))
      #expect(abs(Double(value) - truth) < 3e-7 * max(1, abs(truth)))
    }
    var low: [Float] = [0, -1, 1e-12]
    kernels.call.log(&low, 3, 1e-10, 2)
    #expect(low.allSatisfy { abs($0 - 2 * Float(log(1e-10))) < 1e-5 })
  }
}
