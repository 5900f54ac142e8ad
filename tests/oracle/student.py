"""Prints the quantiles and tails of Student's law in the tests of src/estimate/student.rs.

    python tests/oracle/student.py      (SciPy 1.x)
"""
from scipy.stats import t, norm
print("quantiles")
for df in [3,4,7,15,63,1000,10**6]:
    for level in [0.5,0.9,0.95,0.997,1-1e-9]:
        print(f"        ({df+1}, {level!r}, {float(t.isf((1-level)/2,df))!r}),")
for level in [0.5,0.9,0.95,0.997]:
    print(f"        (usize::MAX, {level!r}, {float(norm.isf((1-level)/2))!r}),")
print("p")
for df in [3,7,63,1000]:
    for x in [0.01,1.0,2.5,8.0,40.0]:
        print(f"        ({df+1}, {x!r}, {float(2*t.sf(x,df))!r}),")
for x in [0.01,1.0,2.5,8.0]:
    print(f"        (usize::MAX, {x!r}, {float(2*norm.sf(x))!r}),")
