// oneDNN's operations. Shapes: N images, C and K channels, H × W pixels, R × R kernels.

internal import COneDNN

/// The purpose of a forward pass.
package enum Purpose: Sendable {
    /// A backward pass will follow.
    case training
    /// No backward pass will follow.
    case inference

    var raw: dnnl_prop_kind_t {
        switch self {
        case .training: dnnl_forward_training
        case .inference: dnnl_forward_inference
        }
    }
}

/// b = a / (k + α / size Σ a²)^β.
package struct LocalResponseNormSettings: Sendable {
    let size: Int
    let alpha: Double
    let beta: Double
    let k: Double

    package init(size: Int, alpha: Double, beta: Double, k: Double) {
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k
    }
}

extension Primitive {
    /// Convolution: `[N, C, H, W]`, `[K, C, R, R]`, `[K]` → `[N, K, H, W]`.
    package static func convolution(
        source: Descriptor, weights: Descriptor, bias: Descriptor, destination: Descriptor, stride: Int = 1,
        padding: Int, purpose: Purpose, on device: Device
    ) throws(OneDNNError) -> Primitive {
        try make("convolution") { descriptor, attributes in
            onednn_convolution_forward(
                &descriptor, device.engine, purpose.raw, source.handle, weights.handle, bias.handle,
                destination.handle, [Int64(stride), Int64(stride)], [Int64(padding), Int64(padding)], attributes)
        }
    }

    /// Gradient of a convolution's input: `[N, K, H, W]`, `[K, C, R, R]` → `[N, C, H, W]`.
    package static func convolutionBackwardData(
        sourceGradient: Descriptor, weights: Descriptor, destinationGradient: Descriptor, stride: Int = 1,
        padding: Int, forward: Primitive, on device: Device
    ) throws(OneDNNError) -> Primitive {
        try make("the data gradient of a convolution") { descriptor, attributes in
            onednn_convolution_backward_data(
                &descriptor, device.engine, sourceGradient.handle, weights.handle,
                destinationGradient.handle, [Int64(stride), Int64(stride)], [Int64(padding), Int64(padding)],
                forward.descriptor, attributes)
        }
    }

    /// Gradient of a convolution's weights and biases: `[N, C, H, W]`, `[N, K, H, W]` → `[K, C, R, R]`, `[K]`.
    package static func convolutionBackwardWeights(
        source: Descriptor, weightsGradient: Descriptor, biasGradient: Descriptor, destinationGradient: Descriptor,
        stride: Int = 1, padding: Int, forward: Primitive, on device: Device
    ) throws(OneDNNError) -> Primitive {
        try make("the weight gradient of a convolution") { descriptor, attributes in
            onednn_convolution_backward_weights(
                &descriptor, device.engine, source.handle, weightsGradient.handle, biasGradient.handle,
                destinationGradient.handle, [Int64(stride), Int64(stride)], [Int64(padding), Int64(padding)],
                forward.descriptor, attributes)
        }
    }

    /// Fully connected layer: `[N, I…]`, `[O, I…]`, `[O]` → `[N, O]`.
    package static func linear(
        source: Descriptor, weights: Descriptor, bias: Descriptor, destination: Descriptor, purpose: Purpose,
        on device: Device
    ) throws(OneDNNError) -> Primitive {
        try make("a fully connected layer") { descriptor, attributes in
            onednn_inner_product_forward(
                &descriptor, device.engine, purpose.raw, source.handle, weights.handle, bias.handle,
                destination.handle, attributes)
        }
    }

    /// Gradient of a fully connected layer's input: `[N, O]`, `[O, I…]` → `[N, I…]`.
    package static func linearBackwardData(
        sourceGradient: Descriptor, weights: Descriptor, destinationGradient: Descriptor, forward: Primitive,
        on device: Device
    ) throws(OneDNNError) -> Primitive {
        try make("the data gradient of a fully connected layer") { descriptor, attributes in
            onednn_inner_product_backward_data(
                &descriptor, device.engine, sourceGradient.handle, weights.handle, destinationGradient.handle,
                forward.descriptor, attributes)
        }
    }

    /// Gradient of a fully connected layer's weights and biases: `[N, I…]`, `[N, O]` → `[O, I…]`, `[O]`.
    package static func linearBackwardWeights(
        source: Descriptor, weightsGradient: Descriptor, biasGradient: Descriptor, destinationGradient: Descriptor,
        forward: Primitive, on device: Device
    ) throws(OneDNNError) -> Primitive {
        try make("the weight gradient of a fully connected layer") { descriptor, attributes in
            onednn_inner_product_backward_weights(
                &descriptor, device.engine, source.handle, weightsGradient.handle, biasGradient.handle,
                destinationGradient.handle, forward.descriptor, attributes)
        }
    }

    /// Local response normalization across channels, in the layout of its source: `[N, C, H, W]` → `[N, C, H, W]`.
    package static func localResponseNorm(
        _ source: Descriptor, _ settings: LocalResponseNormSettings, purpose: Purpose, on device: Device
    ) throws(OneDNNError) -> Primitive {
        try make("local response normalization") { descriptor, attributes in
            onednn_lrn_forward(
                &descriptor, device.engine, purpose.raw, source.handle, Int64(settings.size), Float(settings.alpha),
                Float(settings.beta), Float(settings.k), attributes)
        }
    }

    /// Gradient of the input of local response normalization, in the same layout.
    package static func localResponseNormBackward(
        _ source: Descriptor, _ settings: LocalResponseNormSettings, forward: Primitive, on device: Device
    ) throws(OneDNNError) -> Primitive {
        try make("the gradient of local response normalization") { descriptor, attributes in
            onednn_lrn_backward(
                &descriptor, device.engine, source.handle, Int64(settings.size), Float(settings.alpha),
                Float(settings.beta), Float(settings.k), forward.descriptor, attributes)
        }
    }

    /// Copies values to another layout or data type.
    package static func reorder(
        from source: Descriptor, to destination: Descriptor, on device: Device
    ) throws(OneDNNError) -> Primitive {
        try make("a reorder") { descriptor, attributes in
            onednn_reorder(&descriptor, device.engine, source.handle, destination.handle, attributes)
        }
    }

    private static func make(
        _ operation: String,
        _ create: (inout dnnl_primitive_desc_t?, dnnl_primitive_attr_t?) -> dnnl_status_t
    ) throws(OneDNNError) -> Primitive {
        var attributes: dnnl_primitive_attr_t?
        try check(onednn_attr_create(&attributes), operation)
        defer { dnnl_primitive_attr_destroy(attributes) }
        var descriptor: dnnl_primitive_desc_t?
        let status = create(&descriptor, attributes)
        guard status == dnnl_success, let descriptor else {
            throw OneDNNError(operation: operation, status: status)
        }
        return try Primitive(owning: descriptor, operation: operation)
    }
}
